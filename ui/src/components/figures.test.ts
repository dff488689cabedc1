import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'

import { formatMoney } from '~/format/money'
import { formatPoints } from '~/format/number'

import { MoneySum, unlessNone } from './Figures'

test('a change that is written as none has no direction', () => {
  expect(unlessNone(0.0004, formatPoints(0.0004), formatPoints(0))).toBe(0)
  expect(unlessNone(-0.0004, formatPoints(-0.0004), formatPoints(0))).toBe(0)
  expect(unlessNone(0.0006, formatPoints(0.0006), formatPoints(0))).toBe(0.0006)
})

test('the sum of a column has the amount of each currency; those of many open', () => {
  const sum = (currencies: readonly string[]) => {
    const amounts = currencies.map((currency, at) => ({ currency, amount_minor: (at + 1) * 12_300 }))
    return renderToStaticMarkup(createElement(MoneySum, { amounts }))
  }
  for (const amount of [formatMoney(12_300, 'usd'), formatMoney(24_600, 'eur')]) expect(sum(['usd', 'eur'])).toContain(amount)
  // By their codes, as on every page.
  expect(sum(['usd', 'eur']).indexOf(formatMoney(24_600, 'eur'))).toBeLessThan(sum(['usd', 'eur']).indexOf(formatMoney(12_300, 'usd')))
  const many = sum(['usd', 'eur', 'gbp', 'jpy', 'chf'])
  expect(many).toContain('Total of 5 currencies')
  expect(many).toContain('aria-haspopup="dialog"')
})
