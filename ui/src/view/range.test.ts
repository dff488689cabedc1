import { describe, expect, it } from 'vitest'

import { intervalFor, periodOf } from './range'

const today = '2026-11-23'

describe('the period a view means', () => {
  it('is the running month so far and the eleven full ones before it when nothing is chosen', () => {
    expect(periodOf({}, today, null)).toMatchObject({ from: '2025-12-01', to: today, interval: 'month' })
  })

  it('is twelve full months, without the running one', () => {
    expect(periodOf({ range: '12m-full' }, today, null)).toMatchObject({ from: '2025-11-01', to: '2026-10-31', interval: 'month' })
    expect(periodOf({ range: '6m-full' }, '2026-01-01', null)).toMatchObject({ from: '2025-07-01', to: '2025-12-31' })
  })

  it('counts today in a range of days', () => {
    expect(periodOf({ range: '30d' }, today, null)).toMatchObject({ from: '2026-10-25', to: today, interval: 'day' })
  })

  it('begins at the first movement for all time', () => {
    expect(periodOf({ range: 'all' }, today, '2019-04-02')).toMatchObject({ from: '2019-04-02', interval: 'quarter' })
  })

  it('keeps an interval that was chosen', () => {
    expect(periodOf({ range: '30d', interval: 'week' }, today, null).interval).toBe('week')
  })

  it('crosses the turn of a year by months', () => {
    expect(periodOf({ range: '6m' }, '2026-03-31', null).from).toBe('2025-10-01')
  })
})

describe('the interval for a length', () => {
  it.each([
    ['2026-11-01', '2026-11-30', 'day'],
    ['2026-09-01', '2026-11-23', 'week'],
    ['2025-11-01', '2026-11-23', 'month'],
    ['2016-01-01', '2026-11-23', 'quarter'],
  ])('%s to %s is read by %s', (from, to, interval) => {
    expect(intervalFor(from, to)).toBe(interval)
  })
})
