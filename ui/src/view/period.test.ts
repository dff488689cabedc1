import { describe, expect, it } from 'vitest'

import { intervalFor, periodOf, singleBucketOf } from './period'
import type { Range } from './search'
import { AHEAD } from './search'

const today = '2026-11-23'

describe('the period a view means', () => {
  it('is the running month so far and the eleven full ones before it when nothing is chosen', () => {
    expect(periodOf({}, today, null)).toMatchObject({ start: '2025-12-01', end: today, interval: 'month', is_running: true })
  })

  it('begins at the first movement for all time', () => {
    expect(periodOf({ range: 'all' }, today, '2019-04-02')).toMatchObject({ start: '2019-04-02', interval: 'quarter' })
  })

  it('is the running month and the eleven after it on a page of what is ahead, and compared with nothing', () => {
    expect(periodOf({ vs: 'year' }, today, null, AHEAD)).toMatchObject({
      start: '2026-11-01',
      end: '2027-10-31',
      interval: 'month',
      focus: { start: '2026-11-01', end: '2027-10-31' },
      compared_with: null,
    })
    expect(periodOf({ range: '6m' }, today, null, AHEAD)).toMatchObject({ range: '6m', end: today })
  })

  it('keeps an interval that was chosen', () => {
    expect(periodOf({ range: '30d', interval: 'week' }, today, null)).toMatchObject({ interval: 'week', coarsened_from: null })
  })

  it('runs only while its last day is not over', () => {
    expect(periodOf({ range: '12m-full' }, today, null).is_running).toBe(false)
    expect(periodOf({ from: '2026-11-01', to: today, range: 'custom' }, today, null).is_running).toBe(true)
  })

  it.each<[Range, string, string]>([
    ['today', '2026-11-23', '2026-11-23'],
    ['7d', '2026-11-17', '2026-11-23'],
    ['30d', '2026-10-25', '2026-11-23'],
    ['month', '2026-11-01', '2026-11-23'],
    ['last-month', '2026-10-01', '2026-10-31'],
    ['quarter', '2026-10-01', '2026-11-23'],
    ['last-quarter', '2026-07-01', '2026-09-30'],
    ['ytd', '2026-01-01', '2026-11-23'],
    ['last-year', '2025-01-01', '2025-12-31'],
    ['12m-full', '2025-11-01', '2026-10-31'],
  ])('%s is %s to %s', (range, start, end) => {
    expect(periodOf({ range }, today, null)).toMatchObject({ start, end })
  })

  it('crosses the turn of a year', () => {
    expect(periodOf({ range: '6m' }, '2026-03-31', null).start).toBe('2025-10-01')
    expect(periodOf({ range: '6m-full' }, '2026-01-01', null)).toMatchObject({ start: '2025-07-01', end: '2025-12-31' })
    expect(periodOf({ range: 'last-quarter' }, '2026-02-10', null)).toMatchObject({ start: '2025-10-01', end: '2025-12-31' })
  })
})

describe('what a period is compared with', () => {
  const compared = (range: Range | undefined, vs: 'previous' | 'year' = 'previous', day = today) =>
    periodOf({ ...(range ? { range } : {}), vs }, day, '2019-04-02').compared_with

  it('is the end of last month when nothing is chosen, and as many days of it', () => {
    expect(compared(undefined)).toEqual({ what: 'previous', start: '2026-10-01', end: '2026-10-23', level_on: '2026-10-31' })
  })

  it('is the range before, a running one cut to as many days', () => {
    expect(compared('30d')).toMatchObject({ start: '2026-09-25', end: '2026-10-24', level_on: '2026-10-24' })
    expect(compared('quarter')).toMatchObject({ start: '2026-07-01', end: '2026-08-23', level_on: '2026-09-30' })
    expect(compared('last-month')).toMatchObject({ start: '2026-09-01', end: '2026-09-30', level_on: '2026-09-30' })
    expect(compared('12m-full')).toMatchObject({ start: '2024-11-01', end: '2025-10-31', level_on: '2025-10-31' })
  })

  it('is the same days a year earlier', () => {
    expect(compared(undefined, 'year')).toEqual({ what: 'year', start: '2025-11-01', end: '2025-11-23', level_on: '2025-11-23' })
    expect(compared('today', 'year', '2024-02-29')).toMatchObject({ start: '2023-02-28', end: '2023-02-28' })
    expect(compared('last-month', 'year', '2025-03-10')).toMatchObject({ start: '2024-02-01', end: '2024-02-29' })
  })

  it('never goes past the end of a shorter month', () => {
    expect(compared('month', 'previous', '2026-03-30')).toMatchObject({ start: '2026-02-01', end: '2026-02-28' })
  })

  it('is nothing before all time, and nothing when switched off', () => {
    expect(compared('all')).toBeNull()
    expect(periodOf({ vs: 'none' }, today, null).compared_with).toBeNull()
  })
})

describe('the interval for a length', () => {
  it.each([
    ['2026-11-01', '2026-11-30', 'day'],
    ['2026-09-01', '2026-11-23', 'week'],
    ['2025-11-01', '2026-11-23', 'month'],
    ['2016-01-01', '2026-11-23', 'quarter'],
  ])('%s to %s is read by %s', (start, end, interval) => {
    expect(intervalFor({ start, end })).toBe(interval)
  })

  it('coarsens by itself where there would be too many points, and says from what', () => {
    expect(periodOf({ range: 'all', interval: 'day' }, today, '2019-04-02')).toMatchObject({
      interval: 'week',
      coarsened_from: 'day',
    })
    expect(periodOf({ from: '1900-01-01', to: today, range: 'custom' }, today, null)).toMatchObject({
      interval: 'year',
      coarsened_from: 'quarter',
    })
  })

  it('is a single one only within a calendar year', () => {
    expect(singleBucketOf({ start: '2026-10-25', end: '2026-11-23' })).toBe('year')
    expect(singleBucketOf({ start: '2026-12-25', end: '2027-01-03' })).toBeNull()
  })
})
