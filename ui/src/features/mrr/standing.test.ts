import { describe, expect, it } from 'vitest'

import type { MrrPoint, MrrSeries } from '~/api/types'

import { isComparable, standingOf } from './standing'

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
