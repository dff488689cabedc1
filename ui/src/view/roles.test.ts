import { describe, expect, it } from 'vitest'

import { ROLES, asRole, assignable, may } from './roles'

describe('roles', () => {
  it('let owners and admins manage, and only owners delete or hand over', () => {
    expect(ROLES.filter((role) => may(role, 'manage'))).toEqual(['owner', 'admin'])
    expect(ROLES.filter((role) => may(role, 'own'))).toEqual(['owner'])
    expect(ROLES.every((role) => may(role, 'read'))).toBe(true)
  })

  it('stand in sentences', () => {
    expect(ROLES.map(asRole)).toEqual(['as an owner', 'as an admin', 'as a billing admin', 'as a member', 'as a viewer'])
  })

  it('are nothing without a workspace', () => {
    expect(may(undefined, 'read')).toBe(false)
  })

  it('are given by those above them', () => {
    expect(assignable('owner')).toEqual(ROLES)
    expect(assignable('admin')).toEqual(['admin', 'billing_admin', 'member', 'viewer'])
    expect(assignable('member')).toEqual([])
  })
})
