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

/** `past_due` → `Past due`. */
export function sentence(code: string): string {
  const words = code.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
