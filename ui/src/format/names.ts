import type { Currency, Interval, MovementType } from '~/api/types'

import { LOCALE } from './locale'

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

/** The name of a country or currency; its code where the browser knows no name. */
function named(type: 'region' | 'currency', code: string): string {
  try {
    return new Intl.DisplayNames(LOCALE, { type }).of(code.toUpperCase()) ?? code
  } catch {
    return code
  }
}

export const countryName = (code: string) => named('region', code)
export const currencyName = (code: Currency) => named('currency', code)

const AND = new Intl.ListFormat(LOCALE, { type: 'conjunction' })
const OR = new Intl.ListFormat(LOCALE, { type: 'disjunction' })

const codes = (currencies: readonly Currency[]) => currencies.map((code) => code.toUpperCase())

/** `EUR, GBP, and JPY`, as the locale has it. */
export const codesOf = (currencies: readonly Currency[]) => AND.format(codes(currencies))

/** `EUR, GBP, or JPY`: one of them. */
export const anyCodeOf = (currencies: readonly Currency[]) => OR.format(codes(currencies))

export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

export const uncapital = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

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

/** Why a line counts nothing toward MRR. */
const REASON: Record<string, string> = {
  tax: 'Tax',
  one_off: 'One-time items',
  no_subscription: 'No subscription',
  metered: 'Metered usage',
  proration_credit: 'Proration credits',
  shipping: 'Shipping',
  billing_credit: 'Billing credits',
  unknown_price: 'Unknown price',
  void: 'Voided',
  uncollectible: 'Written off',
  unpaid: 'Unpaid',
  paid_trial: 'Trial fees',
  no_change: 'Lines that change nothing',
}

export const reasonName = (reason: string) => REASON[reason] ?? sentence(reason)
