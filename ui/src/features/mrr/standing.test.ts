import { describe, expect, it } from 'vitest'

import type { MrrPoint, MrrSeries } from '~/api/types'

import { standingOf } from './standing'

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
