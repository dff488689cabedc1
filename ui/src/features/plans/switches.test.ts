import { expect, test } from 'vitest'

import type { PlanSwitch } from '~/api/types'
import { cellText } from '~/charts/export'

import { cellKey, matrixOf, switchIn, switchMark, switchRows, switchesFile } from './switches'

const plan = (id: string | null) => (id === null ? null : { id, label: `Plan ${id}` })

const one = (from: string | null, to: string | null, customers: number, before = 1000, after = 2500, currency = 'usd'): PlanSwitch => ({
  from_plan: plan(from),
  to_plan: plan(to),
  is_rest: false,
  customers,
  mrr_before_minor: before,
  mrr_after_minor: after,
  currency,
})

const LABELS = new Map([['a', 'Basic · USD']])

test('only one currency is shown, by the names that the page has', () => {
  const rows = switchRows([one('a', 'b', 3), one('a', 'b', 1, 0, 0, 'eur'), one(null, null, 1)], 'usd', LABELS)
  expect(rows.map(({ from, to, change_minor }) => [from, to, change_minor])).toEqual([
    ['Basic · USD', 'Plan b', 1500],
    ['Several plans', 'Several plans', 1500],
  ])
})

test('an address names the plans of a switch, and nothing else is one', () => {
  const [pair, several] = switchRows([one('a', 'b', 3), one(null, null, 1)], 'usd', LABELS)
  expect(switchIn(pair && switchMark(pair))).toEqual({ from: 'a', to: 'b' })
  expect(switchIn(several && switchMark(several))).toBe('several')
  const [rest] = switchRows([{ ...one(null, null, 1), is_rest: true }], 'usd', LABELS)
  expect(rest?.from).toBe('Other switches')
  expect(rest && switchMark(rest)).toBeUndefined()
  for (const mark of [undefined, 'a', 'cause:plan', 'switch:', 'switch:a', 'switch:a ', 'switch:a b c']) expect(switchIn(mark)).toBeUndefined()
})

test('the matrix has the most frequent plans first, and counts what it has no place for', () => {
  const { from, to, cells, left } = matrixOf(switchRows([one('a', 'b', 3), one('b', 'a', 5), one('a', 'c', 1), one(null, null, 9)], 'usd', LABELS))
  expect(from.map(({ id }) => id)).toEqual(['b', 'a'])
  expect(to.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  expect(cells.get(cellKey('a', 'b'))?.customers).toBe(3)
  expect(cells.get(cellKey('c', 'a'))).toBeUndefined()
  expect(left).toBe(1)
})

test('rare plans have no row or column of their own', () => {
  const all = Array.from({ length: 20 }, (_, index) => one(`from ${index}`, `to ${index}`, 20 - index))
  const { from, to, cells, left } = matrixOf(switchRows(all, 'usd', LABELS))
  expect(from).toHaveLength(to.length)
  expect(cells.size).toBe(from.length)
  expect(left).toBe(20 - cells.size)
})

test('the file has every switch with its ids', () => {
  const { rows } = switchesFile(switchRows([one('a', 'b', 3), one(null, null, 1, 500, 200)], 'usd', LABELS))
  expect(rows.map((row) => row.map(cellText))).toEqual([
    ['a', 'Basic · USD', 'b', 'Plan b', 'usd', '3', '10.00', '25.00', '15.00'],
    ['', 'Several plans', '', 'Several plans', 'usd', '1', '5.00', '2.00', '-3.00'],
  ])
})
