import type { Currency, Interval, MovementType } from '~/api/types'

export const MOVEMENTS: readonly MovementType[] = ['new', 'expansion', 'reactivation', 'contraction', 'churn', 'fx']

export const MOVEMENT_LABEL: Record<MovementType, string> = {
  new: 'New',
  expansion: 'Expansion',
  reactivation: 'Reactivation',
  contraction: 'Contraction',
  churn: 'Churn',
  fx: 'Exchange rates',
}

export const INTERVALS: readonly Interval[] = ['day', 'week', 'month', 'quarter', 'year']

export const INTERVAL_LABEL: Record<Interval, string> = {
  day: 'Day',
  week: 'Week',
  month: 'Month',
  quarter: 'Quarter',
  year: 'Year',
}

/** A country's or currency's own name; the code where the browser knows none. */
function named(type: 'region' | 'currency', code: string): string {
  try {
    return new Intl.DisplayNames(undefined, { type }).of(code.toUpperCase()) ?? code
  } catch {
    return code
  }
}

export const countryName = (code: string) => named('region', code)
export const currencyName = (code: Currency) => named('currency', code)

export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** `past_due` → `Past due`. */
export function sentence(code: string): string {
  return capital(code.replaceAll('_', ' '))
}

const EVERY: Record<string, string> = { day: 'Daily', week: 'Weekly', month: 'Monthly', year: 'Yearly' }

/** `month` → `Monthly`, `3-month` → `Every 3 months`. */
export function billingInterval(code: string): string {
  const [count, unit] = code.split('-')
  return EVERY[code] ?? (count && unit ? `Every ${count} ${unit}s` : sentence(code))
}

/** Why an invoice was made, of what Stripe calls its billing reason. */
const BILLING_REASON: Record<string, string> = {
  subscription_cycle: 'Renewal',
  subscription_create: 'First invoice',
  subscription_update: 'Change of plan',
  subscription_threshold: 'Usage threshold reached',
  subscription: 'Subscription',
  automatic_pending_invoice_item_invoice: 'Pending items',
  quote_accept: 'Quote accepted',
  upcoming: 'Upcoming',
}

export const billingReason = (reason: string) => BILLING_REASON[reason] ?? sentence(reason)

/** Why a line makes no recurring value. */
const REASON: Record<string, string> = {
  tax: 'Tax',
  one_off: 'One-off lines',
  no_subscription: 'Without a subscription',
  metered: 'Metered usage',
  proration_credit: 'Proration credits',
  unknown_price: 'Unknown price',
  void: 'Voided invoices',
  uncollectible: 'Written off',
  unpaid: 'Never paid',
}

export const reasonName = (reason: string) => REASON[reason] ?? sentence(reason)
