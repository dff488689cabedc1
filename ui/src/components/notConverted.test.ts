import { expect, test } from 'vitest'

import { formatMoney } from '~/format/money'

import { notConverted } from './NotConverted'

const kwd = { currency: 'kwd', mrr_minor: 893_520, customers: 38, on: '2026-11-30' }

test('what has no exchange rate is named with its amount and whose it is', () => {
  expect(notConverted(kwd, 'MRR')).toBe(`${formatMoney(893_520, 'kwd')} MRR of 38 customers is not included: no exchange rate for Kuwaiti Dinar.`)
  expect(notConverted(kwd)).toBe(`${formatMoney(893_520, 'kwd')} of 38 customers is not included: no exchange rate for Kuwaiti Dinar.`)
})

test('of a count there is no amount', () => {
  expect(notConverted({ ...kwd, mrr_minor: 0, customers: 1 })).toBe('1 customer is not included: no exchange rate for Kuwaiti Dinar.')
  expect(notConverted({ ...kwd, mrr_minor: 0, customers: 3 })).toBe('3 customers are not included: no exchange rate for Kuwaiti Dinar.')
})
