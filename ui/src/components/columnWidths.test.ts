import { expect, test } from 'vitest'

import { fitted } from './columnWidths'

const name = { width: 320, canShrink: true }
const plans = { width: 240, canShrink: true }
const amount = { width: 100, canShrink: false }

test('columns keep their widths where there is room', () => {
  expect(fitted([name, plans, amount], 660)).toEqual([320, 240, 100])
})

test('names shrink so that the last column is in view', () => {
  expect(fitted([name, plans, amount], 540)).toEqual([240, 200, 100])
})

test('a table is wider than its room when names could not be recognized any more', () => {
  expect(fitted([name, plans, amount], 300)).toEqual([160, 160, 100])
  expect(fitted([amount, amount], 150)).toEqual([100, 100])
})

test('what is not shown takes no room', () => {
  expect(fitted([name, { width: 0, canShrink: true }, amount], 400)).toEqual([300, 0, 100])
})
