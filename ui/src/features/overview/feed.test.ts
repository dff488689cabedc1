import { expect, test } from 'vitest'

import type { Movement, Payment } from '~/api/types'

import { feedOf } from './feed'

const movement = (on: string, converted?: number): Movement => ({
  customer_id: 'cus_a',
  name: 'Ada',
  email: null,
  on,
  type: 'new',
  currency: 'eur',
  delta_minor: 1000,
  mrr_after_minor: 1000,
  ...(converted === undefined ? {} : { converted_minor: converted }),
})

const failure = (on: string): Payment => ({
  customer_id: 'cus_b',
  name: null,
  email: 'b@example.com',
  on,
  at: 0,
  type: 'failed_invoice',
  currency: 'usd',
  amount_minor: 500,
})

test('the newest events of both lists come first, and of a day changes of MRR', () => {
  const feed = feedOf([movement('2026-03-05'), movement('2026-03-02')], [failure('2026-03-06'), failure('2026-03-05')], 'native', 3)
  expect(feed.map(({ on, movement: change }) => [on, change === null])).toEqual([
    ['2026-03-06', true],
    ['2026-03-05', false],
    ['2026-03-05', true],
  ])
  expect(new Set(feed.map(({ key }) => key)).size).toBe(3)
})

test('amounts are in the currency of the view, where they have a rate', () => {
  const amounts = (view: string) => feedOf([movement('2026-03-05', 1100), movement('2026-03-04')], [], view, 9).map(({ amount }) => amount)
  expect(amounts('usd')).toEqual([
    { currency: 'usd', amount_minor: 1100 },
    { currency: 'eur', amount_minor: 1000 },
  ])
  expect(amounts('native')[0]).toEqual({ currency: 'eur', amount_minor: 1000 })
})
