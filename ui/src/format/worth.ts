import type { Currency, Money } from '~/api/types'

import { formatMoney } from './money'
import { countOf } from './number'

/** What a list comes to. */
export interface Worth {
  mrr: readonly Money[]
  mrr_converted_minor: number | null
}

/** One amount in the currency of the view. What has no rate is in none; where nothing has one, nothing is left to add up. */
export function convertedSum(sums: readonly { converted_minor?: number | null }[], currency: string): Money[] {
  const known = sums.flatMap(({ converted_minor: minor }) => (minor == null ? [] : [minor]))
  if (known.length === 0 && sums.length > 0) return []
  return [{ currency, amount_minor: known.reduce((sum, minor) => sum + minor, 0) }]
}

/** In the currency of the view, else in those that are billed: also where none of them has a rate. */
export function worthText({ mrr, mrr_converted_minor: converted }: Worth, currency: string): string {
  const isUnconverted = converted === null || currency === 'native' || (converted === 0 && mrr.length > 0)
  const amounts = isUnconverted ? mrr : [{ currency, amount_minor: converted }]
  return amounts.map((one) => formatMoney(one.amount_minor, one.currency)).join(' + ')
}

interface Summed {
  currency: Currency
  converted_minor?: number | null
}

/** What a converted sum leaves out because nothing of it has a rate, in each currency. */
export function unconvertedOf<Sum extends Summed>(sums: readonly Sum[], minorOf: (sum: Sum) => number): Money[] {
  const left = sums.filter(({ converted_minor: minor }) => minor == null)
  const currencies = [...new Set(left.map(({ currency }) => currency))].toSorted()
  return currencies
    .map((currency) => ({
      currency,
      amount_minor: left.filter((one) => one.currency === currency).reduce((sum, one) => sum + minorOf(one), 0),
    }))
    .filter(({ amount_minor }) => amount_minor !== 0)
}

/** More amounts than these are counted. */
const NAMED_AT_MOST = 3

/** `135 entries, $9,206.97; not converted: KWD 71.700`: how many rows a list has, their sum, and what is not in it. */
export function listText(count: string, sum: string | undefined, unconverted: readonly Money[] = [], { sign = false } = {}): string {
  const text = sum ? `${count}, ${sum}` : count
  if (unconverted.length === 0) return text
  const amounts = unconverted.map(({ amount_minor, currency }) => formatMoney(amount_minor, currency, { sign }))
  return `${text}; not converted: ${amounts.length > NAMED_AT_MOST ? countOf(amounts.length, 'currency', 'currencies') : amounts.join(', ')}`
}
