import type { TokenScope } from '~/api/types'

export const SCOPES: readonly { id: TokenScope; label: string; hint: string }[] = [
  { id: 'read_metrics', label: 'Figures only', hint: 'Metrics, settings and import progress; nothing that names a customer' },
  { id: 'read_customers', label: 'Figures and customers', hint: 'Also customers, invoices and payments' },
  { id: 'manage', label: 'Full access', hint: 'Can also change connections, settings and rates, and erase personal data' },
]

export const scopeName = (scope: TokenScope) => SCOPES.find(({ id }) => id === scope)?.label ?? scope

const DAY_S = 86_400

/** How long a token lasts, from which its end is calculated when it is created. */
export const LIFETIMES = [
  { id: '30', label: '30 days' },
  { id: '90', label: '90 days' },
  { id: '365', label: '1 year' },
  { id: 'none', label: 'No expiration' },
] as const

export type Lifetime = (typeof LIFETIMES)[number]['id']

export function expiryOf(lifetime: Lifetime, now = Date.now()): number | undefined {
  return lifetime === 'none' ? undefined : Math.floor(now / 1000) + Number(lifetime) * DAY_S
}

export const isExpired = (expires_at: number | null, now = Date.now()) => expires_at !== null && expires_at * 1000 <= now
