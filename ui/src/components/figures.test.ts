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

test('the sum of a column has the amount of each currency, however many there are', () => {
  for (const currencies of [['usd', 'eur'], ['usd', 'eur', 'gbp', 'jpy', 'chf']] as const) {
    const amounts = currencies.map((currency, at) => ({ currency, amount_minor: (at + 1) * 12_300 }))
    const markup = renderToStaticMarkup(createElement(MoneySum, { amounts }))
    for (const { currency, amount_minor } of amounts) expect(markup).toContain(formatMoney(amount_minor, currency))
  }
})
