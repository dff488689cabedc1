import { expect, test } from 'vitest'

import type { CashMonth } from '~/api/types'
import { cellText } from '~/charts/export'

import { PAYMENTS_OF, cashFile, cellOf, columnNames, lineName, linesOf, totalOf } from './cash'

const month = (month_on: string, lines: [line: string, amount_minor: number, transactions?: number][]): CashMonth => {
  const sum = lines.reduce((all, [, amount]) => all + amount, 0)
  return {
    month_on,
    currency: 'usd',
    payments_collected_minor: 10_000,
    lines: lines.map(([line, amount_minor, transactions = 1]) => ({ line, amount_minor, transactions })),
    net_cash_minor: 10_000 + sum,
    unexplained_minor: lines.find(([line]) => line === 'unexplained')?.[1] ?? 0,
  }
}

const MONTHS = [
  month('2026-01-01', [
    ['refunds', -1000],
    ['fees', -300],
  ]),
  month('2026-02-01', [
    ['not_booked', -500, 0],
    ['refunds', -200],
    ['disputes', -700],
    ['fees', -250],
    ['unexplained', 5],
  ]),
]

test('lines keep their order, whichever month has them', () => {
  expect(linesOf(MONTHS)).toEqual(['not_booked', 'refunds', 'disputes', 'fees'])
  expect(columnNames([])).toEqual(['payments_collected', 'unexplained', 'net_cash'])
})

test('each month and the totals add up from collected to net cash', () => {
  const columns = columnNames(MONTHS)
  const parts = columns.slice(0, -1)
  for (const one of MONTHS) expect(parts.reduce((sum, column) => sum + (cellOf(one, column).minor ?? 0), 0)).toBe(one.net_cash_minor)
  expect(parts.reduce((sum, column) => sum + (totalOf(MONTHS, column) ?? 0), 0)).toBe(totalOf(MONTHS, 'net_cash'))
})

test('only what has transactions or payments can be opened', () => {
  const [january, february] = MONTHS as [CashMonth, CashMonth]
  expect(cellOf(february, 'not_booked')).toEqual({ minor: -500, canOpen: true })
  expect(cellOf(january, 'not_booked').canOpen).toBe(false)
  expect(PAYMENTS_OF['not_booked']).toBe('unbooked_payment')
  expect(cellOf(february, 'fees').canOpen).toBe(true)
  expect(cellOf(january, 'disputes')).toEqual({ minor: 0, canOpen: false })
  expect(cellOf(january, 'unexplained').canOpen).toBe(false)
  expect(cellOf(february, 'unexplained').canOpen).toBe(true)
})

test('the file has every column of every month', () => {
  const { columns, rows } = cashFile(MONTHS)
  expect(columns).toEqual(['month', 'currency', 'payments_collected', 'not_booked', 'refunds', 'disputes', 'fees', 'unexplained', 'net_cash'])
  expect(rows.map((row) => row.map(cellText))).toEqual([
    ['2026-01-01', 'usd', '100.00', '0.00', '-10.00', '0.00', '-3.00', '0.00', '87.00'],
    ['2026-02-01', 'usd', '100.00', '-5.00', '-2.00', '-7.00', '-2.50', '0.05', '83.55'],
  ])
})

test('a line without a name of its own is written as a sentence', () => {
  expect(lineName('other_currencies')).toBe('Converted')
  expect(lineName('adjustments')).toBe('Adjustments')
})

test('without charges, what was collected and what is unexplained are empty, not 0', () => {
  const unread = MONTHS.map((one) => ({
    ...one,
    payments_collected_minor: null,
    unexplained_minor: null,
    lines: one.lines.filter(({ line }) => line !== 'not_booked'),
  }))
  const { columns, rows } = cashFile(unread)
  expect(totalOf(unread, 'payments_collected')).toBeNull()
  expect(cellOf(unread[0] as CashMonth, 'payments_collected')).toEqual({ minor: null, canOpen: false })
  for (const row of rows) {
    for (const name of ['payments_collected', 'unexplained']) expect(row[columns.indexOf(name)]).toBeNull()
    for (const name of ['refunds', 'net_cash']) expect(row[columns.indexOf(name)]).not.toBeNull()
  }
})
