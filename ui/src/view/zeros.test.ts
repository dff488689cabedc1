import { describe, expect, it } from 'vitest'

import type { MrrReport, ValueReport } from '~/api/types'

import type { View } from './useView'
import { bucketsOf, mrrWithZeros, valuesWithZeros } from './zeros'

const today = '2026-11-29'
const view = {
  currency: 'native',
  search: {},
  filters: {},
  connection: { reporting_currency: 'usd', week_start: 'monday' },
  facets: { currencies: ['eur', 'usd'] },
  today,
} as unknown as View

const nothing = { currency: 'native', interval: 'month', series: [], absent: [], is_history_complete: true, reaches_back_on: null }
const values = nothing as unknown as ValueReport
const days = { start: '2026-10-10', end: today }

describe('periods', () => {
  it('are cut to the days that they are of, and say so', () => {
    expect(bucketsOf(days, 'month', today, 'monday')).toEqual([
      { start_on: '2026-10-10', end_on: '2026-10-31', is_partial: true },
      { start_on: '2026-11-01', end_on: '2026-11-29', is_partial: true },
    ])
    expect(bucketsOf({ start: '2026-01-01', end: '2026-06-30' }, 'quarter', today, 'monday')).toEqual([
      { start_on: '2026-01-01', end_on: '2026-03-31', is_partial: false },
      { start_on: '2026-04-01', end_on: '2026-06-30', is_partial: false },
    ])
  })

  it('of weeks begin with the day of the settings', () => {
    const weeks = (weekStart: string) =>
      bucketsOf({ start: '2026-11-04', end: '2026-11-15' }, 'week', today, weekStart).map(({ start_on, end_on }) => [start_on, end_on])
    expect(weeks('monday')).toEqual([
      ['2026-11-04', '2026-11-08'],
      ['2026-11-09', '2026-11-15'],
    ])
    expect(weeks('sunday')).toEqual([
      ['2026-11-04', '2026-11-07'],
      ['2026-11-08', '2026-11-14'],
      ['2026-11-15', '2026-11-15'],
    ])
  })
})

describe('an answer without the currency of the page', () => {
  it('has zeros in it: nothing matched', () => {
    expect(valuesWithZeros(view, values, days, 0)?.series).toEqual([
      {
        currency: 'usd',
        group: null,
        points: [
          { start_on: '2026-10-10', end_on: '2026-10-31', is_partial: true, value: 0 },
          { start_on: '2026-11-01', end_on: '2026-11-29', is_partial: true, value: 0 },
        ],
      },
    ])
    const [series] = mrrWithZeros(view, nothing as unknown as MrrReport, { start: today, end: today })?.series ?? []
    expect(series?.points).toMatchObject([{ start_on: today, end_on: today, mrr_minor: 0, customers: 0, churn_minor: 0 }])
  })

  it('has no zeros of a currency that a filter leaves out', () => {
    const filtered = (codes: string[]) => ({ ...view, filters: { filter_currency: codes } }) as unknown as View
    expect(valuesWithZeros(filtered(['eur']), values, days, 0)?.series).toEqual([])
    expect(valuesWithZeros(filtered(['usd']), values, days, 0)?.series).toHaveLength(1)
  })

  it('keeps what it has in other currencies', () => {
    const report = { ...values, series: [{ currency: 'eur', group: null, points: [] }] }
    expect(valuesWithZeros(view, report, days, null)?.series.map(({ currency }) => currency)).toEqual(['eur', 'usd'])
  })

  it('stays as it is where zero would be a guess', () => {
    const unread: ValueReport = { ...values, absent: ['charge'] }
    expect(valuesWithZeros(view, unread, days, 0)).toBe(unread)
    const early: ValueReport = { ...values, is_history_complete: false }
    expect(valuesWithZeros(view, early, days, 0)).toBe(early)
    const unbilled = { ...view, facets: { currencies: [] } } as unknown as View
    expect(valuesWithZeros(unbilled, values, days, 0)).toBe(values)
  })

  it('stays as it is in a reporting currency, which the server always has', () => {
    const report = { ...values, currency: 'usd', series: [{ currency: 'usd', group: null, points: [] }] }
    expect(valuesWithZeros({ ...view, currency: 'usd' }, report, days, 0)).toBe(report)
  })
})
