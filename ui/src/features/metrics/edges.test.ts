import { describe, expect, it } from 'vitest'

import type { ExplainedTerm, ValuePoint } from '~/api/types'

import { behindOf } from './behind'
import { periodRows } from './columns'
import { countsOf } from './counts'
import { daysBeforeFirst, daysBeforeRunning } from './edges'

const today = '2026-11-23'
const point = (start_on: string, end_on: string, value: number | null, is_partial = false): ValuePoint => ({ start_on, end_on, value, is_partial })
const months = [point('2026-09-01', '2026-09-30', 10), point('2026-10-01', '2026-10-31', 20), point('2026-11-01', '2026-11-30', 7, true)]

describe('what the first period of a table is compared with', () => {
  it('is all of the period before it, of a level that period’s end', () => {
    expect(daysBeforeFirst('flow', 'month', months, today)).toEqual({ start: '2026-08-01', end: '2026-08-31' })
    expect(daysBeforeFirst('level', 'month', months, today)).toEqual({ start: '2026-08-31', end: '2026-08-31' })
    expect(daysBeforeFirst('mean', 'month', months, today)).toEqual({ start: '2026-08-31', end: '2026-08-31' })
    expect(daysBeforeFirst('ratio', 'quarter', [point('2026-07-01', '2026-09-30', 1)], today)).toEqual({ start: '2026-04-01', end: '2026-06-30' })
    expect(daysBeforeFirst('flow', 'week', [point('2026-11-02', '2026-11-08', 1)], today)).toEqual({ start: '2026-10-26', end: '2026-11-01' })
  })

  it('is nothing where the range begins within it, except for a level', () => {
    const cut = [point('2026-09-10', '2026-09-30', 10, true), ...months.slice(1)]
    expect(daysBeforeFirst('flow', 'month', cut, today)).toBeNull()
    expect(daysBeforeFirst('level', 'month', cut, today)).toEqual({ start: '2026-09-09', end: '2026-09-09' })
    expect(daysBeforeFirst('flow', 'month', [], today)).toBeNull()
  })
})

describe('what the running period is compared with', () => {
  it('is as many days of the period before it, as at the top of the page', () => {
    expect(daysBeforeRunning('flow', 'month', months, today)).toEqual({ start: '2026-10-01', end: '2026-10-23' })
    expect(daysBeforeRunning('ratio', 'month', months, '2026-11-30')).toEqual({ start: '2026-10-01', end: '2026-10-31' })
  })

  it('is nothing where it is over, is a day, or is a level, whose row before it says it', () => {
    expect(daysBeforeRunning('flow', 'month', months, '2026-12-02')).toBeNull()
    expect(daysBeforeRunning('flow', 'day', [point(today, today, 1, true)], today)).toBeNull()
    expect(daysBeforeRunning('level', 'month', months, today)).toBeNull()
    expect(daysBeforeRunning('mean', 'month', months, today)).toBeNull()
  })
})

describe('the rows of a table', () => {
  it('are not compared with what lacks an exchange rate that they have', () => {
    const first = { days: { start: '2026-08-01', end: '2026-08-31' }, value: 4, lacksRates: true }
    const running = { days: { start: '2026-10-01', end: '2026-10-23' }, value: 9, lacksRates: true }
    expect(periodRows({ measure: 'flow' }, months, { first, running }).map(({ change }) => change?.amount)).toEqual([undefined, 10, undefined])
    const lacking = months.map((month) => ({ ...month, lacks_rates: true }))
    expect(periodRows({ measure: 'flow' }, lacking, { first, running }).map(({ change }) => change?.amount)).toEqual([6, 10, -2])
  })

  it('all have a change where the values before them are known', () => {
    const first = { days: { start: '2026-08-01', end: '2026-08-31' }, value: 4 }
    const running = { days: { start: '2026-10-01', end: '2026-10-23' }, value: 9 }
    const rows = periodRows({ measure: 'flow' }, months, { first, running })
    expect(rows.map(({ change }) => change?.amount)).toEqual([6, 10, -2])
    expect(rows.map(({ against }) => against !== undefined)).toEqual([false, false, true])
    expect(periodRows({ measure: 'flow' }, months, { first: { ...first, value: undefined }, running: null }).map(({ change }) => change?.amount)).toEqual([
      undefined,
      10,
      undefined,
    ])
  })
})

const term = (id: string, value: number, unit: ExplainedTerm['unit'] = 'count'): ExplainedTerm => ({
  id,
  label: id,
  unit,
  value,
  rows: 'customers',
  payment_types: [],
})

describe('the counts of a ratio', () => {
  it('are what it was divided from', () => {
    const left = [term('lost_customers', 5), term('failed_customers', 2), term('base_customers', 156)]
    expect(countsOf({ id: 'customer_churn_rate', unit: 'ratio' }, left, 'usd')).toBe('5 of 156')
    expect(countsOf({ id: 'voluntary_churn_rate', unit: 'ratio' }, left, 'usd')).toBe('3 of 156')
    expect(countsOf({ id: 'involuntary_churn_rate', unit: 'ratio' }, left, 'usd')).toBe('2 of 156')
  })

  it('are amounts where it divides amounts, and losses are not below zero', () => {
    const lost = [term('lost_mrr', -8_100, 'money'), term('base_mrr', 926_400, 'money')]
    expect(countsOf({ id: 'gross_mrr_churn_rate', unit: 'ratio' }, lost, 'usd')).toBe('$81.00 of $9,264.00')
    expect(countsOf({ id: 'arpa', unit: 'money' }, [term('mrr', 926_400, 'money'), term('customers', 156)], 'usd')).toBe('$9,264.00 ÷ 156')
  })

  it('say how many trials are still running', () => {
    const trials = (running: number) => [term('trials_converted', 1), term('trials_started', 4), term('trials_running', running)]
    expect(countsOf({ id: 'trial_conversion_rate', unit: 'ratio' }, trials(2), 'usd')).toBe('1 of 4, 2 still running')
    expect(countsOf({ id: 'trial_conversion_rate', unit: 'ratio' }, trials(0), 'usd')).toBe('1 of 4')
  })

  it('are left out where a part is missing', () => {
    expect(countsOf({ id: 'customer_churn_rate', unit: 'ratio' }, [term('lost_customers', 5)], 'usd')).toBeNull()
    expect(countsOf({ id: 'quick_ratio', unit: 'multiple' }, [], 'usd')).toBeNull()
  })
})

describe('what is behind a metric', () => {
  const of = (id: string, group: 'mrr' | 'trials' | 'risk' | 'revenue' | 'payments', dimensions: ('plan' | 'country' | 'currency')[]) =>
    behindOf({ id, group, measure: 'flow', dimensions })

  it('is offered for every one', () => {
    expect(of('new_mrr', 'mrr', ['plan', 'country'])).toEqual({ list: 'movements', types: [] })
    expect(of('trials_started', 'trials', ['plan'])).toEqual({ list: 'value', name: 'Customers behind it' })
    expect(of('at_risk_mrr', 'risk', ['plan'])).toEqual({ list: 'value', name: 'Customers behind it' })
    expect(of('net_revenue', 'revenue', ['currency', 'country'])).toEqual({ list: 'value', name: 'Payments behind it' })
    expect(of('fees', 'payments', ['currency'])).toEqual({ list: 'value', name: 'What is behind it' })
  })
})
