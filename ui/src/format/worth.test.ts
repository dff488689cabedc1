import { expect, test } from 'vitest'

import { formatMoney } from './money'
import { convertedSum, listText, unconvertedOf, worthText } from './worth'

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

test('a list says what its sum leaves out because it has no rate', () => {
  const sums = [
    { currency: 'usd', amount_minor: 900, converted_minor: 900 },
    { currency: 'kwd', amount_minor: 71_000 },
    { currency: 'kwd', amount_minor: 700, converted_minor: null },
    { currency: 'bhd', amount_minor: 0 },
  ]
  const left = unconvertedOf(sums, ({ amount_minor }) => amount_minor)
  expect(left).toEqual([{ currency: 'kwd', amount_minor: 71_700 }])
  expect(listText('4 entries', '$9.00', left)).toBe(`4 entries, $9.00; not converted: ${formatMoney(71_700, 'kwd')}`)
  expect(listText('4 movements', undefined, left, { sign: true })).toBe(`4 movements; not converted: ${formatMoney(71_700, 'kwd', { sign: true })}`)
  expect(listText('4 entries', '$9.00')).toBe('4 entries, $9.00')
  const many = ['bhd', 'iqd', 'jod', 'kwd'].map((currency) => ({ currency, amount_minor: 100 }))
  expect(listText('4 entries', undefined, many)).toBe('4 entries; not converted: 4 currencies')
})
