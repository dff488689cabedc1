import { expect, test } from 'vitest'

import type { ComparedDay, ProviderMrrReport } from '~/api/types'

import { providerMrrFile, reasonText, stateText, verdict } from './comparedMrr'

const day = (on: string, reason: ComparedDay['reason'], difference_minor: number): ComparedDay => ({
  on,
  mrr_minor: 1000,
  provider_mrr_minor: 1000 + difference_minor,
  difference_minor,
  other_currencies_minor: 400,
  reason,
  unconverted: [],
})

const report = (days: ComparedDay[], discounts_minor: number | null = 0): ProviderMrrReport => ({
  state: 'read',
  permission: null,
  read_at: 1_795_000_000,
  currency: 'usd',
  discounts_minor,
  days,
})

test('a missing permission is said in one sentence, by its name', () => {
  const text = stateText({ state: 'permission_missing', permission: 'figures.read' }, 'Acme')
  expect(text).toContain('figures.read')
  expect(text).toContain('Acme')
  expect(stateText({ state: 'read', permission: null }, 'Acme')).toBeNull()
})

test('days that nothing explains are counted, and discounts are stated as an amount', () => {
  const rates = day('2026-11-01', 'rates', -20)
  expect(verdict(report([rates]), 'Acme')).toBe('Every difference is explained.')
  expect(verdict(report([rates, day('2026-11-02', 'unexplained', 500)]), 'Acme')).toContain('one day')
  expect(verdict(report([rates], 2500), 'Acme')).toMatch(/25\.00/)
  expect(verdict(report([]), 'Acme')).toBeNull()
})

test('currencies without a rate are named', () => {
  expect(reasonText({ reason: 'no_rate', unconverted: ['brl'] }, 'Acme')).toBe('No exchange rate: BRL')
})

test('a file has a row a day, with amounts and the reason as the API writes it', () => {
  const file = providerMrrFile(report([day('2026-11-01', 'rates', -20)]))
  expect(file.rows[0]).toEqual([
    '2026-11-01',
    'usd',
    { amount_minor: 1000, currency: 'usd' },
    { amount_minor: 980, currency: 'usd' },
    { amount_minor: -20, currency: 'usd' },
    { amount_minor: 400, currency: 'usd' },
    'rates',
  ])
})
