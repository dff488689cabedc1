import { expect, test } from 'vitest'

import { importEndText } from './endText'

const END = { first_on: '2023-10-02', today: '2026-11-30', customers: 20_000, seconds: 45, unexplained: 0 }

test('the end of an import is one line', () => {
  expect(importEndText(END)).toBe('3 years of history, 20,000 customers, 45 seconds, 0 unexplained')
})

test('short histories are counted in months and days', () => {
  expect(importEndText({ ...END, first_on: '2026-06-20' })).toMatch(/^5 months of history/)
  expect(importEndText({ ...END, first_on: '2026-11-30' })).toMatch(/^1 day of history/)
})

test('nothing is said that is not known, and nothing is called explained that is not', () => {
  expect(importEndText({ ...END, first_on: null, seconds: undefined, customers: 1, unexplained: 2 })).toBe('1 customer, 2 months unexplained')
})
