import { expect, test } from 'vitest'

import { bytesOf, textOf } from './webauthn'

test('binary values travel as base64url without padding', () => {
  expect(textOf(new Uint8Array([251, 255, 191]).buffer)).toBe('-_-_')
  expect(textOf(new Uint8Array([1]).buffer)).toBe('AQ')
  expect([...bytesOf('-_-_')]).toEqual([251, 255, 191])
  expect([...bytesOf('AQ')]).toEqual([1])
})

test('what was read is written the same again', () => {
  const all = new Uint8Array(256).map((_, index) => index)
  expect([...bytesOf(textOf(all.buffer))]).toEqual([...all])
})
