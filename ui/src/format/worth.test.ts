import { expect, test } from 'vitest'

import { worthText } from './worth'

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
