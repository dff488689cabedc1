import { expect, test } from 'vitest'

import { ownId } from './together'

test('a customer of several connections together is called what its provider calls it', () => {
  expect(ownId('conn_2:cus_3')).toBe('cus_3')
  expect(ownId('cus_3')).toBe('cus_3')
  expect(ownId('a:b')).toBe('a:b')
})
