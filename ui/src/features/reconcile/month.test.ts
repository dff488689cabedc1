import { expect, test } from 'vitest'

import type { MrrReport } from '~/api/types'

import { daysOfMonth, monthText, mrrByMonth } from './month'

const today = '2026-11-15'

test('only the running month is said to be so far', () => {
  expect(monthText('2026-11-01', today)).toContain('so far')
  expect(monthText('2026-10-01', today)).not.toContain('so far')
})

test('the days of a month end with today', () => {
  expect(daysOfMonth('2026-10-01', today)).toEqual({ from: '2026-10-01', to: '2026-10-31' })
  expect(daysOfMonth('2026-11-01', today)).toEqual({ from: '2026-11-01', to: today })
})

test('a month has the MRR of its end, also where the range cuts it', () => {
  const points = [
    { start_on: '2026-10-12', mrr_minor: 900 },
    { start_on: '2026-11-01', mrr_minor: 1_000 },
  ]
  const report = { series: [{ currency: 'usd', group: null, points }] } as unknown as MrrReport
  expect([...mrrByMonth(report, 'usd')]).toEqual([
    ['2026-10-01', 900],
    ['2026-11-01', 1_000],
  ])
  expect(mrrByMonth(report, 'eur').size).toBe(0)
})
