import { describe, expect, it } from 'vitest'

import { formatChange, formatValue } from '~/format/value'

import { periodRows } from './columns'
import { OTHERS, isAdditive, overlapOf, partsFile, seriesOf } from './parts'
import type { Figure } from './useFigures'

const part = (key: string, ...values: (number | null)[]): Figure => ({
  key,
  label: key.toUpperCase(),
  value: values.at(-1),
  before: null,
  change: null,
  series: {
    currency: 'usd',
    group: { key, label: key },
    points: values.map((value, index) => ({ start_on: `2026-0${index + 1}-01`, end_on: `2026-0${index + 1}-28`, is_partial: false, value })),
  },
})

const parts = [part('a', 100, 200), part('b', 30, null), part('c', 5, 7)]

describe('the parts of a metric', () => {
  it('that are not plotted stand together, so that a stack is whole', () => {
    const { series } = seriesOf(parts, new Map([['a', 0]]), { hasOthers: true })
    expect(series.map(({ id, values }) => [id, values])).toEqual([
      ['a', [100, 200]],
      [OTHERS, [35, 7]],
    ])
  })

  it('that cannot be added up are never put together', () => {
    expect(isAdditive({ measure: 'ratio', unit: 'money' })).toBe(false)
    expect(isAdditive({ measure: 'level', unit: 'count' })).toBe(true)
    expect(seriesOf(parts, new Map([['a', 0]]), { hasOthers: false }).series).toHaveLength(1)
  })

  it('that are more than the whole say why', () => {
    const newMrr = { id: 'new_mrr', measure: 'flow', unit: 'money' } as const
    expect(overlapOf(newMrr, 'plan', parts, part('', 207))).toBeNull()
    expect(overlapOf(newMrr, 'plan', parts, part('', 100))).toContain('switches from one plan to another')
    expect(overlapOf({ ...newMrr, id: 'customers', measure: 'level', unit: 'count' }, 'product', parts, part('', 150))).toContain('more than one product')
    expect(overlapOf(newMrr, 'country', parts, part('', 100))).toBeNull()
    expect(overlapOf({ id: 'customer_churn_rate', measure: 'ratio', unit: 'ratio' }, 'plan', parts, part('', 1))).toContain('higher than the whole')
  })

  it('are all in the file, whether plotted or not', () => {
    const file = partsFile({ id: 'mrr', unit: 'money' }, 'usd', parts)
    expect(file.rows).toHaveLength(6)
    expect(file.rows[0]).toEqual(['2026-01-01', '2026-01-28', false, 'usd', 'a', 'A', { amount_minor: 100, currency: 'usd' }])
    expect(file.rows[3]?.at(-1)).toBeNull()
  })
})

describe('periods under each other', () => {
  const points = [
    { start_on: '2026-01-01', end_on: '2026-01-31', is_partial: false, value: 10 },
    { start_on: '2026-02-01', end_on: '2026-02-10', is_partial: true, value: 4 },
  ]

  it('do not take a flow that still runs for a fall', () => {
    expect(periodRows({ measure: 'flow' }, points)[1]?.change).toBeNull()
    expect(periodRows({ measure: 'level' }, points)[1]?.change).toEqual({ amount: -6, ratio: -0.6 })
    const lacking = points.map((point, index) => (index === 1 ? { ...point, lacks_rates: true } : point))
    expect(periodRows({ measure: 'level' }, lacking)[1]?.change).toBeNull()
  })
})

describe('values', () => {
  it('are written in their unit', () => {
    expect(formatValue(123456, 'money', 'usd', { locale: 'en-US' })).toBe('$1,234.56')
    expect(formatValue(12.34, 'days', 'usd')).toBe('12.3 days')
    expect(formatValue(1, 'months', 'usd')).toBe('1 month')
    expect(formatValue(3.24, 'multiple', 'usd')).toBe('3.2×')
    expect(formatChange(-0.5, 'multiple', 'usd')).toBe('-0.5×')
    expect(formatChange(0.0123, 'ratio', 'usd')).toBe('+1.2 pp')
  })

  it('are a dash where they are not known, never a zero', () => {
    expect(formatValue(undefined, 'money', 'usd')).toBe('–')
    expect(formatValue(null, 'ratio', 'usd')).toBe('–')
  })
})
