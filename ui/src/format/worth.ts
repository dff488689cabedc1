import type { Money } from '~/api/types'

import { formatMoney } from './money'

/** What a list comes to. */
export interface Worth {
  mrr: readonly Money[]
  mrr_converted_minor: number | null
}

/** In the currency of the view, else in those that are billed: also where none of them has a rate. */
export function worthText({ mrr, mrr_converted_minor: converted }: Worth, currency: string): string {
  const isUnconverted = converted === null || currency === 'native' || (converted === 0 && mrr.length > 0)
  const amounts = isUnconverted ? mrr : [{ currency, amount_minor: converted }]
  return amounts.map((one) => formatMoney(one.amount_minor, one.currency)).join(' + ')
}
