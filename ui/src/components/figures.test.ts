import { expect, test } from 'vitest'

import { formatPoints } from '~/format/number'

import { unlessNone } from './Figures'

test('a change that is written as none has no direction', () => {
  expect(unlessNone(0.0004, formatPoints(0.0004), formatPoints(0))).toBe(0)
  expect(unlessNone(-0.0004, formatPoints(-0.0004), formatPoints(0))).toBe(0)
  expect(unlessNone(0.0006, formatPoints(0.0006), formatPoints(0))).toBe(0.0006)
})
