import { expect, test } from 'vitest'

import { placeOf } from './together'

test('a customer of several connections together has its page at its own', () => {
  expect(placeOf('ws_1', 'conn_2:cus_3')).toEqual({ connectionId: 'conn_2', customerId: 'cus_3' })
  expect(placeOf('conn_1', 'cus_3')).toEqual({ connectionId: 'conn_1', customerId: 'cus_3' })
  expect(placeOf('conn_1', 'a:b')).toEqual({ connectionId: 'conn_1', customerId: 'a:b' })
})
