import { describe, expect, it } from 'vitest'

import { safeNext } from './safeNext'

describe('where a person goes after signing in', () => {
  it('is the page of this site that was asked for', () => {
    expect(safeNext('/c/con_1/mrr?range=90d')).toBe('/c/con_1/mrr?range=90d')
  })

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n\\evil.example',
    '//',
    '/.//evil.example',
    '/x/..//evil.example',
    'javascript:alert(1)',
    '',
  ])('is never elsewhere: %j', (next) => {
    expect(safeNext(next)).toBeUndefined()
  })
})
