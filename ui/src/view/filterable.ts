import type { MetricDefinition } from '~/api/types'

import type { FilterName, Filters } from './search'
import { FILTERS } from './search'

/** The dimension that a filter narrows, in the registry's words. */
export const DIMENSION_OF: Record<FilterName, string> = {
  plan: 'plan',
  product: 'product',
  billing_interval: 'interval',
  filter_currency: 'currency',
  country: 'country',
}

/** The filters on the page that a metric can't follow: a payment, for one, belongs to no plan. Its figure is then not known. */
export function foreignFilters(metric: Pick<MetricDefinition, 'dimensions'>, filters: Filters): FilterName[] {
  const known: readonly string[] = metric.dimensions
  return FILTERS.filter((name) => filters[name] !== undefined && !known.includes(DIMENSION_OF[name]))
}
