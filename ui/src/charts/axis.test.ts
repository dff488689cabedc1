import { describe, expect, it } from 'vitest'

import { addDays } from '~/format/date'

import { ticksOf } from './axis'
import { sharesOf } from './seriesOption'

const days = (from: string, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const day = addDays(from, index)
    return { start_on: day, end_on: day, is_partial: false }
  })

describe('the names on an axis', () => {
  it('are as many as fit, and at least two', () => {
    expect(ticksOf(days('2026-01-01', 90), 'day', 712).size).toBe(10)
    expect(ticksOf(days('2026-01-01', 90), 'day', 0).size).toBe(2)
    expect(ticksOf(days('2026-01-01', 3), 'day', 2000).size).toBe(3)
  })

  it('have the year below the first one and wherever it changes', () => {
    const years = [...ticksOf(days('2025-12-30', 4), 'day', 2000).values()].map(({ year }) => year)
    expect(years).toEqual(['2025', null, '2026', null])
  })

  it('have no year below years', () => {
    const year = { start_on: '2026-01-01', end_on: '2026-12-31', is_partial: false }
    expect(ticksOf([year], 'year', 500).get(0)).toEqual({ name: '2026', year: null })
  })
})

describe('shares', () => {
  const series = (id: string, ...values: (number | null)[]) => ({ id, name: id, colorToken: '--series-1', values })

  it('are of what a period adds up to', () => {
    const [a, b] = sharesOf([series('a', 30, 10), series('b', 10, null)])
    expect(a?.values).toEqual([0.75, 1])
    expect(b?.values).toEqual([0.25, null])
  })

  it('are unknown where there is nothing to share', () => {
    expect(sharesOf([series('a', 0), series('b', 0)]).map(({ values }) => values[0])).toEqual([null, null])
  })
})
