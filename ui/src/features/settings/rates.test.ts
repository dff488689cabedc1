import { describe, expect, it } from 'vitest'

import { rateErrors, rateRequest } from './rates'

const good = { currency: ' kwd', base: 'usd ', from: '2026-01-01', to: '2026-12-31', rate: ' 0.3070 ' }

describe('an exchange rate', () => {
  it('is sent as it was typed, to the last digit', () => {
    expect(rateErrors(good)).toEqual({})
    expect(rateRequest(good)).toEqual({
      currency: 'KWD',
      base: 'USD',
      from: '2026-01-01',
      to: '2026-12-31',
      rate: '0.3070',
    })
  })

  it('may count for a single day', () => {
    expect(rateErrors({ ...good, to: '' })).toEqual({})
    expect(rateRequest({ ...good, to: '' })).not.toHaveProperty('to')
  })

  it.each(['', '0', '0.00', '-1', '1,5', '1,234.5', '1e3', '.5', 'abc'])('is not %j', (rate) => {
    expect(rateErrors({ ...good, rate })).toHaveProperty('rate')
  })

  it('has two different currencies and days in order', () => {
    expect(rateErrors({ ...good, currency: 'kuwaiti' })).toHaveProperty('currency')
    expect(rateErrors({ ...good, base: 'KWD' })).toHaveProperty('base')
    expect(rateErrors({ ...good, from: '2026-02-30' })).toHaveProperty('from')
    expect(rateErrors({ ...good, to: '2025-12-31' })).toHaveProperty('to')
  })
})
