import { describe, expect, it } from 'vitest'

import { whyOf } from './why'

const change = (cause: string) => ({ cause, delta_minor: 100, converted_minor: 100 })

describe('why a movement happened', () => {
  it('is all of its causes, or the reason and what the customer said', () => {
    expect(whyOf({ causes: [change('plan'), change('second_subscription')] }, undefined)).toBe('Plan · Second subscription')
    expect(whyOf({ churn_reason: 'cancellation_requested', feedback: 'too_expensive' }, undefined)).toBe('Cancellation requested · Too expensive')
  })

  it('leaves out what nobody said', () => {
    expect(whyOf({ churn_reason: 'unknown', feedback: 'unknown' }, undefined)).toBe('')
    expect(whyOf({ causes: [] }, undefined)).toBe('')
  })

  it('is the failed payment where an older server knows no more', () => {
    expect(whyOf({ is_involuntary: true }, undefined)).toBe('Payment failed')
    expect(whyOf({ is_involuntary: false }, undefined)).toBe('')
  })
})
