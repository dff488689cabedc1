import { expect, test } from 'vitest'

import { REST, UNKNOWN } from '~/view/groupLabels'

import { hasBehind, partBehind } from './openable'

test('a value opens what is behind it, which is nothing for a sum of zero', () => {
  expect(hasBehind({ measure: 'flow' }, 1200)).toBe(true)
  expect(hasBehind({ measure: 'flow' }, 0)).toBe(false)
  expect(hasBehind({ measure: 'level' }, 0)).toBe(false)
  // No payment of those that failed was recovered: they can still be listed.
  expect(hasBehind({ measure: 'ratio' }, 0)).toBe(true)
  for (const unknown of [null, undefined]) expect(hasBehind({ measure: 'ratio' }, unknown)).toBe(false)
})

test('a group of a breakdown opens where a list can be narrowed to it', () => {
  expect(partBehind('country', 'de')).toEqual({ filter: { name: 'country', id: 'de' } })
  expect(partBehind('currency', 'eur')).toEqual({ filter: { name: 'filter_currency', id: 'eur' } })
  expect(partBehind('decline_code', 'expired_card')).toEqual({ declineCode: 'expired_card' })
  expect(partBehind('age', '0-7')).toBeUndefined()
  for (const key of [REST, UNKNOWN, '']) expect(partBehind('country', key)).toBeUndefined()
})
