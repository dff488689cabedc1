import { describe, expect, it } from 'vitest'

import { byStart, combined, curveOf, endOf, ratioOf, rowOf } from './cohorts'
import { cellSentence, cellText } from './words'

const cohort = (start_on: string, customers: number, mrr_minor: number, values: number[], is_last_partial = false) => ({
  start_on,
  customers,
  mrr_minor,
  values,
  is_last_partial,
})

// The worked example of docs/metrics/cohorts.md at the end of March.
const CUSTOMERS = [cohort('2026-01-01', 3, 5000, [2, 1, 2]), cohort('2026-02-01', 1, 5000, [1, 1])]

const ratios = (what: 'customers' | 'mrr' | 'revenue', values: number[]) =>
  rowOf(what, cohort('2026-01-01', 3, 5000, values)).cells.map((cell) => ratioOf(what, cell))

describe('the cells of a cohort', () => {
  it('are shares of its customers, of its MRR, and revenue per customer', () => {
    expect(ratios('customers', [2, 1, 2])).toEqual([2 / 3, 1 / 3, 2 / 3])
    expect(ratios('mrr', [5000, 4500, 6500])).toEqual([1, 0.9, 1.3])
    expect(ratios('revenue', [7000, 9500, 16_000])).toEqual([2333, 3167, 5333])
  })

  it('have no share of nothing', () => {
    expect(ratioOf('mrr', { value: 100, base: 0 })).toBeNull()
  })

  it('say which one still runs', () => {
    const { cells } = rowOf('customers', cohort('2026-01-01', 3, 0, [3, 2], true))
    expect(cells.map(({ isRunning }) => isRunning)).toEqual([false, true])
  })
})

describe('cohorts put together', () => {
  it('average those that have been around that long', () => {
    const { customers, cells } = combined('customers', '', CUSTOMERS)
    expect(customers).toBe(4)
    expect(cells.map(({ value, base }) => [value, base])).toEqual([[3, 4], [2, 4], [2, 3]])
  })

  it('leave out a period that still runs, and one that nobody has reached', () => {
    const { cells } = combined('customers', '', [cohort('2026-01-01', 4, 0, [4, 3, 1], true), cohort('2026-02-01', 2, 0, [2, 2], true)])
    expect(cells.map(({ value, base }) => [value, base])).toEqual([[6, 6], [3, 4]])
  })

  it('end as a curve where fewer than half have been around that long', () => {
    const row = combined('customers', '', [cohort('2026-01-01', 2, 0, [2, 1, 1]), cohort('2026-02-01', 5, 0, [5, 4])])
    expect(row.cells.map(({ isYoung }) => isYoung)).toEqual([false, false, true])
    expect(curveOf('customers', row)).toEqual([1, 5 / 7])
  })

  it('are those of a quarter, or of a year where there are many', () => {
    const months = Array.from({ length: 30 }, (_, index) => {
      const month = String((index % 12) + 1).padStart(2, '0')
      return cohort(`${2024 + Math.floor(index / 12)}-${month}-01`, 1, 0, [1])
    })
    expect(byStart('customers', 'month', months).rows.map(({ key }) => key)).toEqual(['2024-01-01', '2025-01-01', '2026-01-01'])
    expect(byStart('customers', 'month', months.slice(0, 5)).rows.map(({ key }) => key)).toEqual(['2024-01-01', '2024-04-01'])
    expect(byStart('customers', 'quarter', months.slice(0, 5)).by).toBe('year')
  })
})

describe('the words of a cell', () => {
  const [cell] = rowOf('customers', cohort('2026-01-01', 9, 0, [8])).cells
  const style = { what: 'customers', currency: 'usd', isTotal: false } as const

  it('are short in the map and in full beside it', () => {
    expect(cell && cellText(style, cell)).toBe('89%')
    expect(cell && cellText({ ...style, isTotal: true }, cell)).toBe('8')
    expect(cell && cellSentence(style, cell)).toBe('8 of 9 customers, 88.9%')
  })

  it('fit amounts into the map', () => {
    const [small, large] = rowOf('revenue', cohort('2026-01-01', 1, 0, [122_029, 12_345_600])).cells
    expect([small, large].map((one) => one && cellText({ ...style, what: 'revenue' }, one))).toEqual(['$1,220', '$123.5K'])
  })
})

describe('the last day of a period since a start', () => {
  it('is that of its month, quarter or year', () => {
    expect(endOf('2026-01-01', 'month', 1)).toBe('2026-02-28')
    expect(endOf('2026-01-01', 'quarter', 0)).toBe('2026-03-31')
    expect(endOf('2025-01-01', 'year', 1)).toBe('2026-12-31')
  })
})

describe('what has no exchange rate', () => {
  const lacking = { ...cohort('2026-01-01', 2, 5000, [5000, 9000, 9000]), lacks_rates: [false, true, true] }
  const whole = cohort('2026-02-01', 1, 0, [0, 0])

  it('marks the values that lack it, and what they are put together in', () => {
    const marks = [lacking, whole].map((one) => rowOf('revenue', one).cells.map(({ isIncomplete }) => isIncomplete))
    expect(marks).toEqual([
      [false, true, true],
      [false, false],
    ])
    expect(combined('revenue', '', [whole, lacking]).cells.map(({ isIncomplete }) => isIncomplete)).toEqual([false, true, true])
  })

  it('is said in the cell and in words', () => {
    const [, cell] = rowOf('revenue', lacking).cells
    const style = { what: 'revenue', currency: 'usd', isTotal: false, lacking: ['kwd'] } as const
    expect(cell && cellText(style, cell)).toBe('$45*')
    expect(cell && cellSentence(style, cell)).toMatch(/; not complete: no exchange rate for Kuwaiti Dinar$/)
    expect(cell && cellSentence({ ...style, lacking: [] }, cell)).toMatch(/; not complete: no exchange rate for part of it$/)
  })
})
