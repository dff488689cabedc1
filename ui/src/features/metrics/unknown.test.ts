import { describe, expect, it } from 'vitest'

import { isUnread, reasonUnknown, whyNothing } from './unknown'

const recoveryRate = { why_unknown: 'No payment failed' }

describe('why a figure is a dash', () => {
  it('names what there was none of', () => {
    expect(reasonUnknown([], null, { metric: recoveryRate })).toBe('No payment failed')
    expect(reasonUnknown([], null, { metric: { why_unknown: null } })).toBe('Nothing to divide by')
  })

  it('tells what the key can’t read from what is not there', () => {
    expect(reasonUnknown([], undefined, { isAbsent: true })).toBe('The key can’t read this')
    expect(reasonUnknown([], null, { isAbsent: true, metric: recoveryRate })).toBe('The key can’t read this')
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
  expect(whyNothing({ why_unknown: 'No trial converted' }, true)).toBe('No trial converted. A longer range may have more to show.')
  expect(whyNothing({ why_unknown: null }, true)).toBe('Choose a longer range or another currency.')
})

it('nobody is sent to days before the first', () => {
  expect(whyNothing({ why_unknown: 'No customers at the start' }, false)).toBe('No customers at the start of any period shown.')
  expect(whyNothing({ why_unknown: null }, false)).toBe('It appears as soon as there is something to calculate it from.')
})

describe('what the key can’t read', () => {
  const report = (values: (number | null)[], absent: string[] = ['disputes']) => ({
    absent: absent as never,
    series: [{ currency: 'usd', group: null, points: values.map((value) => ({ start_on: '', end_on: '', is_partial: false, value })) as never }],
  })

  it('is a figure without a value in any period', () => {
    expect(isUnread('ratio', report([null, null]))).toBe(true)
    expect(isUnread('flow', report([0, 0]))).toBe(true)
    expect(isUnread('flow', { ...report([]), series: [] })).toBe(true)
    expect(isUnread('ratio', report([null, null], []))).toBe(false)
    expect(isUnread('ratio', undefined)).toBe(false)
  })

  it('is not a period in which there was nothing to divide by', () => {
    expect(isUnread('ratio', report([0.5, null]))).toBe(false)
  })

  it('is the end of a level that had a value before', () => {
    expect(isUnread('level', report([1200, 0]))).toBe(true)
    expect(isUnread('level', report([0, 1200]))).toBe(false)
  })
})
