import { expect, test } from 'vitest'

import { convertedSum, worthText } from './worth'

const MRR = [
  { currency: 'jpy', amount_minor: 500 },
  { currency: 'usd', amount_minor: 1000 },
]

test('a list is worth one amount in a reporting currency, and one of each natively', () => {
  expect(worthText({ mrr: MRR, mrr_converted_minor: 1320 }, 'usd')).toBe('$13.20')
  expect(worthText({ mrr: MRR, mrr_converted_minor: null }, 'native')).toBe('¥500 + $10.00')
})

test('what has no rate is not worth nothing', () => {
  expect(worthText({ mrr: MRR, mrr_converted_minor: 0 }, 'usd')).toBe('¥500 + $10.00')
  expect(worthText({ mrr: [], mrr_converted_minor: 0 }, 'usd')).toBe('$0.00')
})

test('sums of several currencies add up in the currency of the view, without what has no rate', () => {
  expect(convertedSum([{ converted_minor: 1000 }, { converted_minor: -250 }, {}], 'usd')).toEqual([{ currency: 'usd', amount_minor: 750 }])
  expect(convertedSum([{}, { converted_minor: null }], 'usd')).toEqual([])
  expect(convertedSum([], 'usd')).toEqual([{ currency: 'usd', amount_minor: 0 }])
})
