import { describe, expect, it } from 'vitest'

import { addDays } from '~/format/date'

import { daysBetween, monthsBetween, ticksOf, valueTicks } from './axis'
import { sharesOf } from './seriesPlot'

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

describe('the values on an axis', () => {
  it('are about four round steps that hold everything', () => {
    expect(valueTicks(0, 1340)).toEqual([0, 300, 600, 900, 1200, 1500])
    expect(valueTicks(-149, 1340)).toEqual([-300, 0, 300, 600, 900, 1200, 1500])
    expect(valueTicks(0.941, 1.021)).toEqual([0.94, 0.96, 0.98, 1, 1.02, 1.04])
  })

  it('end where the largest value is, if that is round', () => {
    expect(valueTicks(0, 100)).toEqual([0, 20, 40, 60, 80, 100])
    expect(valueTicks(0, 0.3).at(-1)).toBe(0.3)
  })

  it('are whole numbers of what is counted', () => {
    expect(valueTicks(0, 2, 1)).toEqual([0, 1, 2])
  })
})

describe('the names on an axis of time', () => {
  it('are the first days of months, which stand for quarters and years where there are many', () => {
    expect(monthsBetween('2026-07-29', '2026-11-29', 8)).toEqual(['2026-08-01', '2026-09-01', '2026-10-01', '2026-11-01'])
    expect(monthsBetween('2026-01-01', '2026-12-31', 4)).toEqual(['2026-01-01', '2026-04-01', '2026-07-01', '2026-10-01'])
    expect(monthsBetween('2019-03-05', '2026-02-01', 7)).toEqual([2020, 2021, 2022, 2023, 2024, 2025, 2026].map((year) => `${year}-01-01`))
  })

  it('are days where the time is short', () => {
    expect(daysBetween('2026-11-20', '2026-11-26', 4)).toEqual(['2026-11-20', '2026-11-22', '2026-11-24', '2026-11-26'])
  })

  it('are never more than fit', () => {
    for (const atMost of [2, 3, 5, 9]) expect(monthsBetween('2015-04-02', '2026-11-29', atMost).length).toBeLessThanOrEqual(atMost)
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
