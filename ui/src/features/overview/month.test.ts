import { describe, expect, it } from 'vitest'

import { addedUp, daysOfBoth, daysUntil, paceOf, sameDay } from './month'

/** One a day, from a day on. */
const ones = (...days: string[]) => new Map(days.map((day) => [day, 1]))

describe('this month against the last', () => {
  it('compares the same number of days', () => {
    const daily = ones(...daysUntil('2026-10-31'), ...daysUntil('2026-11-10'))
    expect(paceOf(daily, '2026-11-10')).toEqual({ now: 10, before: 10, whole: 31, isWholeBefore: false })
  })

  it('compares a whole month with a whole month', () => {
    const daily = ones(...daysUntil('2026-10-31'), ...daysUntil('2026-11-30'))
    expect(paceOf(daily, '2026-11-30')).toEqual({ now: 30, before: 31, whole: 31, isWholeBefore: true })
    const march = ones(...daysUntil('2026-02-28'), ...daysUntil('2026-03-30'))
    expect(paceOf(march, '2026-03-30')).toEqual({ now: 30, before: 28, whole: 28, isWholeBefore: true })
  })

  it('draws every day of both months, so that the figure it is compared with is on the chart', () => {
    expect(daysOfBoth('2026-11-30').slice(-2)).toEqual(['2026-11-30', '2026-10-31'])
    expect(daysOfBoth('2026-02-10').slice(-4)).toEqual(['2026-02-28', '2026-01-29', '2026-01-30', '2026-01-31'])
    expect(daysOfBoth('2026-03-10')).toEqual(daysUntil('2026-03-31'))
    for (const today of ['2026-02-28', '2026-11-30', '2026-12-31']) {
      const index = Number(sameDay(today).slice(8)) - 1
      expect(daysOfBoth(today)[index]?.slice(8)).toBe(sameDay(today).slice(8))
    }
  })

  it('knows nothing from the first day on that is missing', () => {
    expect(addedUp(ones('2026-11-01', '2026-11-03'), daysUntil('2026-11-03'))).toEqual([1, null, null])
    expect(paceOf(undefined, '2026-11-10')).toEqual({ now: null, before: null, whole: null, isWholeBefore: false })
  })
})
