/** What cells lack: the server leaves out amounts that have no exchange rate, and marks the cells that lack them. */
import type { Currency } from '~/api/types'
import { currencyName } from '~/format/names'
import { unconvertible } from '~/view/currency'
import { listed } from '~/view/story'
import type { View } from '~/view/useView'

/** The currencies that the page is about and that have no exchange rate today. */
export function lackingOf({ currency, facets, filters }: Pick<View, 'currency' | 'facets' | 'filters'>): Currency[] {
  const wanted = filters.filter_currency
  return unconvertible(currency, facets).filter((code) => wanted === undefined || wanted.includes(code))
}

/** `no exchange rate for Kuwaiti Dinar`. A rate that was missing only earlier is of a currency that has one today. */
export const lackingText = (lacking: readonly Currency[]): string =>
  lacking.length === 0 ? 'no exchange rate for part of it' : `no exchange rate for ${listed(lacking.map(currencyName))}`
