import { describe, expect, it } from 'vitest'

import { groupLabel, partIn, partMark, reasonLabel } from './groupLabels'

describe('the part of a breakdown in an address', () => {
  it('is an attribute that lists are filtered by, or why something happened', () => {
    expect(partIn(partMark('country', 'de'))).toEqual({ part: { name: 'country', id: 'de' } })
    expect(partIn(partMark('interval', '3-month'))).toEqual({ part: { name: 'billing_interval', id: '3-month' } })
    expect(partIn(partMark('cause', 'plan'))).toEqual({ reason: { by: 'cause', id: 'plan' } })
  })

  it('is none where the address names what nobody knows', () => {
    expect(partIn(undefined)).toEqual({})
    expect(partIn('plan')).toEqual({})
    expect(partIn('color:red')).toEqual({})
  })
})

describe('the name of a reason', () => {
  it('is the server’s, or the source’s own words', () => {
    expect(groupLabel('decline_code', { key: 'do_not_honor', label: 'Do not honor' }, undefined)).toBe('Do not honor')
    expect(groupLabel('decline_code', { key: 'bank_on_fire', label: 'bank_on_fire' }, undefined)).toBe('Bank on fire')
    expect(reasonLabel('feedback', 'too_complex', undefined)).toBe('Too complex')
  })
})
