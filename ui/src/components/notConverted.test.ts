import { expect, test } from 'vitest'

import { formatDay } from '~/format/date'
import { formatMoney } from '~/format/money'

import { isSummed, lackedBy, notConverted } from './NotConverted'

const on = '2026-11-30'
const kwd = { currency: 'kwd', mrr_minor: 893_520, customers: 38, on }
const WHY = 'not included: no exchange rate for Kuwaiti Dinar.'

test('what has no exchange rate is named with its day, its amount and whose it is', () => {
  expect(notConverted(kwd, { what: 'MRR' })).toBe(`On ${formatDay(on)}, 38 customers with ${formatMoney(893_520, 'kwd')} MRR are ${WHY}`)
  expect(notConverted({ ...kwd, customers: 1 })).toBe(`On ${formatDay(on)}, 1 customer with ${formatMoney(893_520, 'kwd')} is ${WHY}`)
  expect(notConverted(kwd, { isSum: true })).toBe(`Up to ${formatDay(on)}, 38 customers with ${formatMoney(893_520, 'kwd')} are ${WHY}`)
})

test('of a count there is no amount', () => {
  expect(notConverted({ ...kwd, mrr_minor: 0, customers: 1 })).toBe(`On ${formatDay(on)}, 1 customer is ${WHY}`)
  expect(notConverted({ ...kwd, mrr_minor: 0, customers: 3 })).toBe(`On ${formatDay(on)}, 3 customers are ${WHY}`)
})

test('money and trials are added up, what subscriptions are worth is of a day', () => {
  expect(isSummed({ group: 'revenue', measure: 'flow' })).toBe(true)
  expect(isSummed({ group: 'trials', measure: 'level' })).toBe(false)
  expect(isSummed({ group: 'churn', measure: 'ratio' })).toBe(false)
})

test('a level lacks what has no rate at its end, and a flow what had none in any period', () => {
  const point = (end_on: string) => ({ start_on: end_on, end_on, is_partial: false, value: 1 })
  const report = { series: [{ currency: 'usd', group: null, points: [point('2026-10-31'), point(on)] }], unconverted: [kwd, { ...kwd, currency: 'bhd', on: '2026-10-31' }] }
  expect(lackedBy({ measure: 'level' }, report).map(({ currency }) => currency)).toEqual(['kwd'])
  expect(lackedBy({ measure: 'flow' }, report)).toHaveLength(2)
  // Nothing at all could be converted.
  expect(lackedBy({ measure: 'level' }, { ...report, series: [] })).toHaveLength(2)
})
