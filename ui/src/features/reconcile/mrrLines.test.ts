import { expect, test } from 'vitest'

import { moneyOf } from '~/format/money'

import type { MrrBridge, MrrStatementCustomer } from '~/api/types'

import { customersFile, lineName, linesOf, mrrFile, whyOf } from './mrrLines'

const BRIDGE: MrrBridge = {
  currency: 'usd',
  mrr_minor: 10_000,
  customers: 12,
  reasons: [
    { reason: 'set_to_cancel', amount_minor: -1000, customers: 1 },
    { reason: 'ending_discount', amount_minor: 2500, customers: 3 },
  ],
  unexplained_minor: 0,
  unexplained_customers: 0,
  provider_mrr_minor: 11_500,
  provider_customers: 11,
}

const CUSTOMER: MrrStatementCustomer = {
  customer_id: 'cus_1',
  name: 'Acme',
  email: null,
  currency: 'usd',
  mrr_minor: 700,
  reasons: [{ reason: 'ending_discount', amount_minor: 300 }],
  unexplained_minor: 0,
  provider_mrr_minor: 1000,
  counted_minor: 300,
}

const usd = (minor: number) => moneyOf(minor, 'usd')

test('the lines lead from our MRR to the provider’s', () => {
  const lines = linesOf(BRIDGE, 'Club')
  expect(lines.map(({ id }) => id)).toEqual(['mrr', 'set_to_cancel', 'ending_discount', 'unexplained', 'provider_mrr'])
  const last = lines.at(-1)
  expect(lines.slice(0, -1).reduce((sum, { minor }) => sum + minor, 0)).toBe(last?.minor)
  expect(last?.name).toBe('MRR as Club counts it')
  expect(lines.every(({ hint }) => hint !== '')).toBe(true)
})

test('the file has every line of every currency', () => {
  expect(mrrFile([BRIDGE], 'Club').rows).toEqual([
    ['usd', 'mrr', usd(10000), 12],
    ['usd', 'set_to_cancel', usd(-1000), 1],
    ['usd', 'ending_discount', usd(2500), 3],
    ['usd', 'unexplained', usd(0), 0],
    ['usd', 'provider_mrr', usd(11500), 11],
  ])
})

test('a customer says all of its reasons', () => {
  expect(whyOf(CUSTOMER, 'Club')).toBe('Discounts that end')
  expect(whyOf({ ...CUSTOMER, unexplained_minor: 1 }, 'Club')).toBe('Discounts that end, Unexplained')
  const other = { ...CUSTOMER, customer_id: 'cus_2', reasons: [{ reason: 'rounding', amount_minor: 1 }] }
  expect(customersFile([CUSTOMER, other])).toEqual({
    columns: ['customer_id', 'name', 'email', 'currency', 'mrr', 'ending_discount', 'rounding', 'unexplained', 'provider_mrr'],
    rows: [
      ['cus_1', 'Acme', null, 'usd', usd(700), usd(300), usd(0), usd(0), usd(1000)],
      ['cus_2', 'Acme', null, 'usd', usd(700), usd(0), usd(1), usd(0), usd(1000)],
    ],
  })
})

test('a reason without a name of its own is written as a sentence', () => {
  expect(lineName('some_reason', 'Club')).toBe('Some reason')
})
