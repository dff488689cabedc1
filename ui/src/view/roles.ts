/** What each role may do, as the server decides it: pages don't offer what it would refuse. */
import type { Role } from '~/api/types'

export const ROLES = ['owner', 'admin', 'billing_admin', 'member', 'viewer'] as const satisfies readonly Role[]

export const ROLE: Record<Role, { label: string; hint: string }> = {
  owner: { label: 'Owner', hint: 'Everything, including deleting the workspace and handing it over' },
  admin: { label: 'Admin', hint: 'Connections, settings, tokens, members and the audit log' },
  billing_admin: { label: 'Billing admin', hint: 'Every figure and customer; for the person who pays for Chartsy' },
  member: { label: 'Member', hint: 'Every figure and customer; can share pages by links' },
  viewer: { label: 'Viewer', hint: 'Every figure and customer, read-only' },
}

/** `as an admin`: within a sentence. */
export function asRole(role: Role): string {
  const label = ROLE[role].label.toLowerCase()
  return `as ${/^[aeiou]/.test(label) ? 'an' : 'a'} ${label}`
}

/** Each includes those before it. */
const PERMISSIONS = ['read', 'share', 'manage', 'own'] as const
export type Permission = (typeof PERMISSIONS)[number]

const HIGHEST: Record<Role, Permission> = { owner: 'own', admin: 'manage', billing_admin: 'read', member: 'share', viewer: 'read' }

/** Whether a role includes a permission. Somebody without a role may do nothing. */
export function may(role: Role | undefined, permission: Permission): boolean {
  return role !== undefined && PERMISSIONS.indexOf(HIGHEST[role]) >= PERMISSIONS.indexOf(permission)
}

/** The roles that a member with this role may give to somebody, or take away. */
export function assignable(role: Role | undefined): readonly Role[] {
  if (role === 'owner') return ROLES
  return role === 'admin' ? ROLES.filter((one) => one !== 'owner') : []
}
