/** What an entry of the audit log says in plain words. */
import type { AuditEntry } from '~/api/types'
import { capital, sentence } from '~/format/names'
import type { AuditSearch } from '~/view/pageSearch'
import { ROLE, ROLES } from '~/view/roles'

export type AuditKind = NonNullable<AuditSearch['kind']>

/** The server's actions begin with their kind: `member.removed` is of `member`. */
export const KIND: Record<AuditKind, string> = {
  account: 'Accounts',
  connection: 'Connections',
  customer: 'Personal data of customers',
  export: 'Exports',
  invitation: 'Withdrawn invitations',
  member: 'Members and invitations',
  passkey: 'Passkeys',
  password: 'Passwords',
  rates: 'Exchange rates',
  session: 'Signing in and out',
  settings: 'Settings',
  share_link: 'Share links',
  sign_on: 'Single sign-on',
  token: 'API tokens',
  two_factor: 'Two-factor sign-in',
  user: 'Locked and deleted accounts',
  webhook: 'Webhooks',
  workspace: 'Workspace',
}

const ACTION: Partial<Record<string, string>> = {
  'account.address_changed': 'Changed an email address',
  'account.confirmed': 'Confirmed an email address',
  'account.created': 'Created an account',
  'account.deleted': 'Deleted their own account',
  'connection.created': 'Connected an account',
  'connection.deleted': 'Removed a connection',
  'connection.key_replaced': 'Replaced the key of a connection',
  'connection.reloaded': 'Started a reload of all data',
  'connection.renamed': 'Renamed a connection',
  'customer.erased': 'Erased a customer’s personal data',
  'export.created': 'Exported data',
  'export.read': 'Read a list',
  'invitation.withdrawn': 'Withdrew an invitation',
  'member.invited': 'Invited somebody',
  'member.joined': 'Joined the workspace',
  'member.left': 'Left the workspace',
  'member.removed': 'Removed a member',
  'member.role_changed': 'Changed a member’s role',
  'passkey.created': 'Added a passkey',
  'passkey.removed': 'Removed a passkey',
  'passkey.renamed': 'Renamed a passkey',
  'password.changed': 'Changed a password',
  'password.reset': 'Chose a new password with a link',
  'rates.deleted': 'Removed an exchange rate',
  'rates.entered': 'Entered exchange rates',
  'session.created': 'Signed in',
  'session.ended': 'Signed out another browser',
  'session.ended_elsewhere': 'Signed out all other browsers',
  'session.code_refused': 'Entered a wrong two-factor code',
  'session.passkey_refused': 'Used a passkey that could not be verified',
  'session.sign_on_refused': 'Was refused at single sign-on',
  'session.refused': 'Entered a wrong password',
  'session.signed_out': 'Signed out',
  'settings.changed': 'Changed settings',
  'share_link.created': 'Shared a page by a link',
  'share_link.revoked': 'Revoked a share link',
  'sign_on.connected': 'Connected an identity provider',
  'sign_on.disconnected': 'Disconnected an identity provider',
  'sign_on.domain_allowed': 'Allowed single sign-on for a domain',
  'sign_on.domain_disallowed': 'Ended single sign-on for a domain',
  'sign_on.provider_added': 'Added an identity provider',
  'sign_on.provider_changed': 'Changed an identity provider',
  'sign_on.provider_removed': 'Removed an identity provider',
  'sign_on.rule_changed': 'Changed the rules of single sign-on',
  'token.created': 'Created an API token',
  'token.revoked': 'Revoked an API token',
  'two_factor.disabled': 'Turned off two-factor sign-in',
  'two_factor.enabled': 'Turned on two-factor sign-in',
  'two_factor.recovery_codes_replaced': 'Replaced recovery codes',
  'two_factor.reset': 'Turned off a user’s two-factor sign-in',
  'user.deleted': 'Deleted an account',
  'user.locked': 'Locked an account',
  'user.unlocked': 'Unlocked an account',
  'webhook.removed': 'Removed the webhook',
  'webhook.secret_added': 'Saved a webhook’s signing secret',
  'workspace.created': 'Created the workspace',
  'workspace.deleted': 'Deleted the workspace',
  'workspace.renamed': 'Renamed the workspace',
  'workspace.settings_changed': 'Changed how all accounts are shown together',
  'workspace.two_factor_not_required': 'Stopped requiring two-factor sign-in',
  'workspace.two_factor_required': 'Started requiring two-factor sign-in',
  'workspace.transferred': 'Transferred ownership',
}

/** A server that is newer than the page may know more actions. */
export const actionText = (action: string) => ACTION[action] ?? sentence(action.replace('.', ': '))

const ACTOR: Partial<Record<string, string>> = {
  visitor: 'Someone who wasn’t signed in',
  operator: 'The server’s operator',
  server: 'Chartsy',
}

/** Who did it. A token is named as such: it may be called like a person. */
export function actorText({ actor_kind, actor_name }: AuditEntry): string {
  const name = actor_name ?? ACTOR[actor_kind] ?? capital(actor_kind)
  return actor_kind === 'token' ? `Token ${name}` : name
}

/** The names that the log's own entries and the lists of the workspace give to ids. */
export type Names = ReadonlyMap<string, string>

export function namesOf(entries: readonly AuditEntry[], ...lists: readonly (readonly { id: string; name: string }[])[]): Names {
  const names = new Map<string, string>()
  // Somebody who has left is only named by what they did.
  for (const { actor_id, actor_name } of entries) if (actor_id !== null && actor_name !== null) names.set(actor_id, actor_name)
  for (const { id, name } of lists.flat()) names.set(id, name)
  return names
}

export function subjectText({ subject, action }: AuditEntry, names: Names): string {
  if (subject === null) return ''
  if (subject === 'by link') return action === 'member.invited' ? 'With a link for anyone' : 'A link for anyone'
  return names.get(subject) ?? subject
}

/** Roles and scopes are written as the API names them. */
export function detailText({ detail }: AuditEntry): string {
  if (detail === null) return ''
  const text = ROLES.reduce((before, role) => before.replaceAll(new RegExp(`\\b${role}\\b`, 'g'), ROLE[role].label.toLowerCase()), detail)
  return capital(text.replaceAll('_', ' '))
}
