import { expect, test } from 'vitest'

import type { Upcoming } from '~/api/types'
import { cellText } from '~/charts/export'

import { upcomingFile } from './file'

const ROW: Upcoming = {
  customer_id: 'cus_1',
  name: 'Ada',
  email: null,
  subscription_id: 'sub_1',
  on: '2026-12-31',
  plans: ['Basic', 'Seats'],
  currency: 'jpy',
  mrr_minor: 500,
  converted_minor: 320,
  is_set_to_end: true,
  feedback: 'too_expensive',
}

test('the file has each amount in the unit of its own currency', () => {
  const { columns, rows } = upcomingFile([ROW], 'usd')
  expect(columns.slice(-2)).toEqual(['mrr', 'mrr_usd'])
  expect(rows.map((row) => row.map(cellText))).toEqual([
    ['2026-12-31', 'cus_1', 'Ada', '', 'sub_1', 'Basic; Seats', 'true', 'too_expensive', 'jpy', '500', '3.20'],
  ])
  expect(upcomingFile([{ ...ROW, converted_minor: null }], 'usd').rows[0]?.at(-1)).toBeNull()
  expect(upcomingFile([ROW], null).columns.at(-1)).toBe('mrr')
})
