import { describe, expect, it } from 'vitest'

import { reasonUnknown, whyNothing } from './unknown'

describe('why a figure is a dash', () => {
  it('names what there was none of', () => {
    expect(reasonUnknown([], null, { metricId: 'recovery_rate' })).toBe('No payment failed')
    expect(reasonUnknown([], null, { metricId: 'a_newer_ratio' })).toBe('Nothing to divide by')
  })

  it('tells what the key can’t read from what is not there', () => {
    expect(reasonUnknown([], undefined, { isAbsent: true })).toBe('The key can’t read this')
    expect(reasonUnknown([], null, { isAbsent: true, metricId: 'recovery_rate' })).toBe('The key can’t read this')
    expect(reasonUnknown([], undefined)).toBe('No data for this selection')
  })

  it('names a filter that the metric can’t follow, whatever its value', () => {
    expect(reasonUnknown(['plan'], null)).toBe('Can’t be split by plan')
  })

  it('has nothing to say of a figure', () => {
    expect(reasonUnknown([], 0)).toBeUndefined()
  })
})

it('an empty chart of a ratio says what it lacks', () => {
  expect(whyNothing('days_to_convert', true)).toBe('No trial converted. A longer range may have more to show.')
  expect(whyNothing('mrr', true)).toBe('Choose a longer range or another currency.')
})

it('nobody is sent to days before the first', () => {
  expect(whyNothing('customer_churn_rate', false)).toBe('No customers at the start of any period shown.')
  expect(whyNothing('mrr', false)).toBe('It appears as soon as there is something to calculate it from.')
})
