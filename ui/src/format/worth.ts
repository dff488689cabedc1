import type { Money } from '~/api/types'

import { formatMoney } from './money'

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
