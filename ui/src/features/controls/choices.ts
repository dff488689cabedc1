import type { Facets } from '~/api/types'
import { billingInterval, countryName } from '~/format/names'
import { planLabels, productLabels } from '~/view/facetLabels'
import type { FilterName } from '~/view/search'

interface Choice {
  id: string
  label: string
}

/** The values of a filter. */
export function choicesOf(facets: Facets | undefined, name: FilterName): Choice[] {
  if (!facets) return []
  switch (name) {
    case 'plan':
      return [...planLabels(facets)].map(([id, label]) => ({ id, label }))
    case 'product':
      return [...productLabels(facets)].map(([id, label]) => ({ id, label }))
    case 'billing_interval':
      return facets.intervals.map((id) => ({ id, label: billingInterval(id) }))
    case 'filter_currency':
      return facets.currencies.map((id) => ({ id, label: id.toUpperCase() }))
    case 'country':
      return facets.countries
        .map((id) => ({ id, label: countryName(id) }))
        .toSorted((a, b) => a.label.localeCompare(b.label))
  }
}

/** The name of a filter's value. */
export function filterLabel(facets: Facets | undefined, name: FilterName, id: string): string {
  return choicesOf(facets, name).find((choice) => choice.id === id)?.label ?? id
}
