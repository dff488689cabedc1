import { expect, test } from 'vitest'

import type { ExpiringCard } from '~/api/types'
import { cellText } from '~/charts/export'

import { cardName, cardsFile } from './cards'

const CARD: ExpiringCard = {
  customer_id: 'cus_1',
  name: 'Ada',
  email: null,
  brand: 'visa',
  last4: '4242',
  expires_on: '2026-12-31',
  is_expired: false,
  mrr: [
    { currency: 'usd', amount_minor: 1000 },
    { currency: 'jpy', amount_minor: 500 },
  ],
  mrr_converted_minor: 1320,
}

test('a card is named by what is known of it', () => {
  expect(cardName(CARD)).toBe('Visa •••• 4242')
  expect(cardName({ brand: 'amex', last4: '0005' })).toBe('American Express •••• 0005')
  expect(cardName({ brand: 'unknown', last4: '1111' })).toBe('Card •••• 1111')
  expect(cardName({ brand: null, last4: null })).toBe('Card')
})

test('the file has each currency in its own unit, and the converted sum once', () => {
  const { columns, rows } = cardsFile([CARD], 'usd')
  expect(columns.slice(-3)).toEqual(['currency', 'mrr', 'mrr_usd'])
  expect(rows.map((row) => row.slice(-3).map(cellText))).toEqual([
    ['usd', '10.00', '13.20'],
    ['jpy', '500', ''],
  ])
  expect(cardsFile([CARD], 'native').columns).not.toContain('mrr_usd')
})
