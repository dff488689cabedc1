import type { Facets, Group } from '~/api/types'
import { billingInterval, countryName } from '~/format/names'

import { planLabels } from './facetLabels'
import type { DimensionName } from './pageSearch'
import type { FilterName } from './search'

export const DIMENSION_LABEL: Record<DimensionName, string> = {
  plan: 'Plan',
  product: 'Product',
  interval: 'Billing',
  currency: 'Currency',
  country: 'Country',
}

/** The filter that leaves one group of a breakdown. */
export const FILTER_OF: Record<DimensionName, FilterName> = {
  plan: 'plan',
  product: 'product',
  interval: 'billing_interval',
  currency: 'filter_currency',
  country: 'country',
}

/** The key of the group in which the server sums up everything small: no filter can name it. */
export const REST = 'other'

/** Whether a group of countries is one of them, and neither the rest nor what has none. */
export const isCountry = (key: string): boolean => /^[a-z]{2}$/i.test(key)

/** The key of the group of what has no product, or no country: no filter can name it either. */
export const UNKNOWN = 'unknown'

/** The name of a group: plans that share one are told apart, codes are written out. */
export function groupLabel(by: DimensionName, group: Group | null, facets: Facets | undefined): string {
  const { key = '', label = '' } = group ?? {}
  if (by === 'country' && isCountry(key)) return countryName(key)
  if (by === 'interval' && key) return billingInterval(key)
  const plan = by === 'plan' && facets ? planLabels(facets).get(key) : undefined
  return plan ?? (label || key || 'Unknown')
}
