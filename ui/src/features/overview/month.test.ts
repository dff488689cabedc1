import { describe, expect, it } from 'vitest'

import { addedUp, daysUntil, paceOf } from './month'

/** One a day, from a day on. */
const ones = (...days: string[]) => new Map(days.map((day) => [day, 1]))

describe('this month against the last', () => {
  it('compares the same number of days', () => {
    const daily = ones(...daysUntil('2026-10-31'), ...daysUntil('2026-11-10'))
    expect(paceOf(daily, '2026-11-10')).toEqual({ now: 10, before: 10, whole: 31 })
  })

  it('compares a whole month with a whole month', () => {
    const daily = ones(...daysUntil('2026-10-31'), ...daysUntil('2026-11-30'))
    expect(paceOf(daily, '2026-11-30')).toEqual({ now: 30, before: 31, whole: 31 })
    const march = ones(...daysUntil('2026-02-28'), ...daysUntil('2026-03-30'))
    expect(paceOf(march, '2026-03-30')).toEqual({ now: 30, before: 28, whole: 28 })
  })

  it('knows nothing from the first day on that is missing', () => {
    expect(addedUp(ones('2026-11-01', '2026-11-03'), daysUntil('2026-11-03'))).toEqual([1, null, null])
    expect(paceOf(undefined, '2026-11-10')).toEqual({ now: null, before: null, whole: null })
  })
})
