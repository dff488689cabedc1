import { expect, test } from 'vitest'

import type { CustomerRow } from '~/api/types'
import { cellText } from '~/charts/export'

import { customersFile } from './file'

const row = (id: string, more: Partial<CustomerRow> = {}): CustomerRow => ({
  id,
  name: null,
  email: null,
  country: null,
  created_at: null,
  state: 'active',
  status: 'active',
  mrr: [],
  mrr_converted_minor: null,
  plans: [],
  first_paid_on: null,
  churned_on: null,
  lost_mrr: [],
  revenue: [],
  last_payment_on: null,
  renews_on: null,
  ends_on: null,
  is_deleted: false,
  ...more,
})

test('a file of customers has a column for each currency that somebody was billed in', () => {
  const rows = [
    row('a', { mrr: [{ amount_minor: 4_900, currency: 'usd' }], mrr_converted_minor: 4_500, plans: ['Pro', 'Add-on'] }),
    row('b', { mrr: [{ amount_minor: 500, currency: 'jpy' }], revenue: [{ amount_minor: -100, currency: 'usd' }], is_deleted: true }),
  ]
  const { columns, rows: cells } = customersFile(rows, 'UTC', 'eur')
  expect(columns.slice(12)).toEqual(['mrr_converted_eur', 'mrr_jpy', 'mrr_usd', 'revenue_usd'])
  expect(cells.map((line) => line.slice(12).map(cellText))).toEqual([
    ['45.00', '', '49.00', ''],
    ['', '500', '', '-1.00'],
  ])
  expect(cells[0]?.slice(4, 6)).toEqual(['active', 'Pro; Add-on'])
  expect(cells[1]?.[4]).toBe('deleted')
})

test('natively nothing is converted, and a creation has its day in the reporting zone', () => {
  const { columns, rows } = customersFile([row('a', { created_at: 1_767_229_200 })], 'America/New_York', null)
  expect(columns).not.toContain('mrr_converted_usd')
  expect(rows[0]?.[6]).toBe('2025-12-31')
})
