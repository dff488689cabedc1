import { describe, expect, it } from 'vitest'

import type { MrrPoint, MrrReport } from '~/api/types'
import { isComparable, isKnown } from '~/view/known'

import { standingsOf } from './standing'

const report = (mrr: Record<string, number>) =>
  ({
    series: Object.entries(mrr).map(([currency, mrr_minor]) => ({
      currency,
      group: null,
      points: [{ mrr_minor, customers: 3 } as MrrPoint],
    })),
  }) as unknown as MrrReport

describe('how MRR stands', () => {
  it('is the change since the moment compared with, in money and as a ratio', () => {
    expect(standingsOf(report({ usd: 10000 }), report({ usd: 8000 }))).toMatchObject([
      { mrr_minor: 10000, before_minor: 8000, change_minor: 2000, change_ratio: 0.25 },
    ])
  })

  it('has no ratio to a moment without MRR', () => {
    expect(standingsOf(report({ usd: 10000 }), report({ usd: 0 }))).toMatchObject([{ change_minor: 10000, change_ratio: null }])
  })

  it('counts from nothing in a currency that is new', () => {
    expect(standingsOf(report({ usd: 5, eur: 7 }), report({ usd: 5 }))[1]).toMatchObject({ before_minor: 0, change_minor: 7 })
  })

  it('has no change where exchange rates are missing at one of the moments only', () => {
    const lacking = report({ usd: 4000 })
    for (const { points } of lacking.series) for (const point of points) point.lacks_rates = true
    expect(standingsOf(lacking, report({ usd: 8000 }))).toMatchObject([{ lacksRates: true, before_minor: null, change_minor: null }])
    expect(standingsOf(report({ usd: 8000 }), lacking)).toMatchObject([{ lacksRates: true, change_ratio: null }])
    expect(standingsOf(lacking, lacking)).toMatchObject([{ lacksRates: false, change_minor: 0 }])
  })

  it('has no change where nothing is compared', () => {
    expect(standingsOf(report({ usd: 10000 }), undefined)).toMatchObject([{ before_minor: null, change_minor: null }])
  })
})

describe('what an answer says', () => {
  it('is nothing while no history is there: its zeros are not figures', () => {
    expect(isKnown(undefined)).toBe(false)
    expect(isKnown({ is_history_complete: false, reaches_back_on: null })).toBe(false)
    expect(isKnown({ is_history_complete: false, reaches_back_on: '2026-10-01' })).toBe(true)
    expect(isKnown({ is_history_complete: true, reaches_back_on: null })).toBe(true)
  })
})

describe('a comparison', () => {
  const since = (is_history_complete: boolean, reaches_back_on: string | null) =>
    isComparable({ is_history_complete, reaches_back_on }, '2026-10-31')

  it('waits until history has all of the month that it begins in', () => {
    expect(since(false, null)).toBe(false)
    expect(since(false, '2026-10-20')).toBe(false)
    expect(since(false, '2026-09-30')).toBe(true)
    expect(since(true, null)).toBe(true)
  })
})
