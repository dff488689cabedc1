import { queryString } from '~/api/client'
import { shownCurrency } from '~/view/currency'
import type { RawSearch } from '~/view/search'
import type { View } from '~/view/useView'

/** What else of its address belongs to each page. */
const OWN: Record<string, readonly string[]> = {
  overview: ['pace'],
  mrr: ['by', 'compare'],
  plans: ['by'],
  retention: ['what', 'by', 'as'],
  geography: ['map'],
  metrics: ['by', 'style', 'compare'],
}

interface Choice {
  /** Always the days that the page has now. */
  isFixed: boolean
  hidesAmounts: boolean
}

/** What a link fixes, as the query of an address: with the currency, which otherwise depends on today's rates. */
export function viewToShare(page: string, view: View, search: RawSearch, { isFixed, hidesAmounts }: Choice): string {
  const { period, filters, currency } = view
  const { range, from, to, interval, vs, show } = view.search
  const isCustom = range === 'custom'
  const days = isFixed ? { from: period.start, to: period.end } : isCustom ? { from, to } : { range }
  const own = Object.fromEntries((OWN[page.split('/')[0] ?? ''] ?? []).map((name) => [name, search[name]]))
  // Index numbers are of one currency.
  const one = hidesAmounts && currency === 'native' ? shownCurrency(view) : currency
  return queryString({ ...days, interval, vs, currency: one, show, ...filters, ...own }).slice(1)
}
