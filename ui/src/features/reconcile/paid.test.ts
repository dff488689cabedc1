import { expect, test } from 'vitest'

import type { ReconcileMonth, ReconciledCustomer } from '~/api/types'
import { moneyOf } from '~/format/money'

import { customersFile, isAccountedFor, isOfPart, monthsFile, partName, partOf, partsOf } from './paid'

const MONTH: ReconcileMonth = {
  month_on: '2026-10-01',
  currency: 'usd',
  invoices: 3,
  total_minor: 1_000,
  used_minor: 700,
  left_out: [
    { reason: 'tax', amount_minor: 190 },
    { reason: 'proration_credit', amount_minor: -40 },
  ],
  unexplained_minor: 150,
  unexplained_invoices: ['in_1'],
}

const CUSTOMER: ReconciledCustomer = {
  customer_id: 'cus_1',
  name: 'Acme',
  email: null,
  currency: 'usd',
  invoices: 1,
  total_minor: 500,
  used_minor: 410,
  left_out: [{ reason: 'tax', amount_minor: 90 }],
  unexplained_minor: 0,
  counted_minor: 90,
}

const usd = (minor: number) => moneyOf(minor, 'usd')

test('what was paid is the sum of all other parts', () => {
  const [total, ...others] = partsOf([MONTH])
  expect(total).toBe('total')
  expect(others.reduce((sum, part) => sum + partOf(MONTH, part), 0)).toBe(partOf(MONTH, 'total'))
  expect(partOf(MONTH, 'metered')).toBe(0)
})

test('a part is called what the API opens it by, in words', () => {
  expect(partsOf([MONTH]).map(partName)).toEqual(['Paid', 'Counted in MRR', 'Tax', 'Proration credits', 'Unexplained'])
})

test('the files have every part that occurs, for months and for customers', () => {
  expect(monthsFile([MONTH])).toEqual({
    columns: ['month', 'currency', 'paid', 'used', 'tax', 'proration_credit', 'unexplained'],
    rows: [['2026-10-01', 'usd', usd(1_000), usd(700), usd(190), usd(-40), usd(150)]],
  })
  expect(customersFile([CUSTOMER])).toEqual({
    columns: ['customer_id', 'name', 'email', 'currency', 'invoices', 'paid', 'used', 'tax', 'unexplained'],
    rows: [['cus_1', 'Acme', null, 'usd', 1, usd(500), usd(410), usd(90), usd(0)]],
  })
})

test('all lines are behind what was paid, and only its own behind a part', () => {
  expect(isOfPart({ part: 'tax' }, 'total')).toBe(true)
  expect(isOfPart({ part: 'tax' }, 'tax')).toBe(true)
  expect(isOfPart({ part: 'used' }, 'tax')).toBe(false)
})

test('invoices that lack as much as others have too much are not accounted for', () => {
  const whole = { ...MONTH, unexplained_minor: 0, unexplained_invoices: [] }
  expect(isAccountedFor(whole)).toBe(true)
  expect(isAccountedFor({ ...whole, unexplained_invoices: ['in_1', 'in_2'] })).toBe(false)
  expect(isAccountedFor(MONTH)).toBe(false)
})
