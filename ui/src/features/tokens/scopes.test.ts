import { describe, expect, it } from 'vitest'

import { expiryOf, isExpired } from './scopes'

const NOW = Date.UTC(2026, 10, 1)

describe('a token', () => {
  it('ends after its lifetime, in whole seconds', () => {
    expect(expiryOf('30', NOW + 999)).toBe(Date.UTC(2026, 11, 1) / 1000)
    expect(expiryOf('none', NOW)).toBeUndefined()
  })

  it('has expired in the second in which it ends', () => {
    expect(isExpired(NOW / 1000, NOW)).toBe(true)
    expect(isExpired(NOW / 1000 + 1, NOW)).toBe(false)
    expect(isExpired(null, NOW)).toBe(false)
  })
})
