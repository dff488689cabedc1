import { describe, expect, it } from 'vitest'

import type { MrrPoint, MrrSeries } from '~/api/types'

import { isComparable, isKnown, standingOf, standingOfRange } from './standing'

const point = (mrr_minor: number) => ({ mrr_minor }) as MrrPoint
const series = (...mrr: number[]): MrrSeries => ({ currency: 'usd', group: null, points: mrr.map(point) })

describe('how MRR stands', () => {
  it('is the change since the end of last month, in money and as a ratio', () => {
    expect(standingOf(series(8000, 10000))).toMatchObject({ change_minor: 2000, change_ratio: 0.25 })
  })

  it('has no ratio to a month without MRR', () => {
    expect(standingOf(series(0, 10000))).toMatchObject({ change_minor: 10000, change_ratio: null })
  })

  it('counts from nothing in the first month there is', () => {
    expect(standingOf(series(10000))).toMatchObject({ before_minor: 0, change_minor: 10000 })
  })
})

describe('how a range went', () => {
  const still = { new_minor: 0, expansion_minor: 0, reactivation_minor: 0, contraction_minor: 0, churn_minor: 0, fx_minor: 0 }
  const moved = (start_on: string, mrr_minor: number, moves: Partial<MrrPoint>) =>
    ({ start_on, mrr_minor, ...still, ...moves }) as MrrPoint

  it('is its end against MRR just before its first day', () => {
    const points = [
      moved('2026-09-10', 12000, { new_minor: 3000, churn_minor: -1000 }),
      moved('2026-10-01', 9000, { churn_minor: -3000 }),
    ]
    expect(standingOfRange({ currency: 'usd', group: null, points })).toMatchObject({
      now: { mrr_minor: 9000, start_on: '2026-09-10' },
      before_minor: 10000,
      change_minor: -1000,
      change_ratio: -0.1,
    })
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

describe('the comparison with last month', () => {
  const at = (is_history_complete: boolean, reaches_back_on: string | null) =>
    isComparable({ connection: { is_history_complete, reaches_back_on }, today: '2026-11-23' })

  it('waits until history has all of last month', () => {
    expect(at(false, null)).toBe(false)
    expect(at(false, '2026-10-20')).toBe(false)
    expect(at(false, '2026-09-30')).toBe(true)
    expect(at(true, null)).toBe(true)
  })
})
