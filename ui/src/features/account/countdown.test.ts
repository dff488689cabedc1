import { describe, expect, it } from 'vitest'

import { countdownText } from './useCountdown'

describe('the time until the next try', () => {
  it.each([
    [1, '1 second'],
    [42, '42 seconds'],
    [60, '1 min'],
    [125, '2 min 5 s'],
  ])('of %i s is %s', (seconds, text) => {
    expect(countdownText(seconds)).toBe(text)
  })
})
