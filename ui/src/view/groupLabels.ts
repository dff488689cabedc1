import type { Facets, Group } from '~/api/types'
import { billingInterval, countryName, sentence } from '~/format/names'

import { planLabels, productLabels } from './facetLabels'
import type { BreakdownName, DimensionName, ReasonName } from './pageSearch'
import { BREAKDOWN_NAMES, DIMENSIONS } from './pageSearch'
import type { FilterName } from './search'
import { oneOf } from './search'

export const DIMENSION_LABEL: Record<BreakdownName, string> = {
  plan: 'Plan',
  product: 'Product',
  interval: 'Billing',
  currency: 'Currency',
  country: 'Country',
  cause: 'Cause',
  churn_reason: 'Reason',
  feedback: 'Feedback',
  decline_code: 'Decline code',
  age: 'Age',
}

export const isDimension = (by: string): by is DimensionName => (DIMENSIONS as readonly string[]).includes(by)

/** The filter that leaves one group of a breakdown. */
export const FILTER_OF: Record<DimensionName, FilterName> = {
  plan: 'plan',
  product: 'product',
  interval: 'billing_interval',
  currency: 'filter_currency',
  country: 'country',
}

/** A part of a breakdown in an address that has several of them: `cause:plan`. */
export const partMark = (by: BreakdownName, key: string) => `${by}:${key}`

interface PartShown {
  part?: { name: FilterName; id: string }
  reason?: { by: ReasonName; id: string }
}

/** What such a mark narrows a list to: an attribute, or why something happened. */
export function partIn(mark: string | undefined): PartShown {
  const colon = mark?.indexOf(':') ?? -1
  const by = oneOf(BREAKDOWN_NAMES, mark?.slice(0, colon))
  if (mark === undefined || by === undefined) return {}
  const id = mark.slice(colon + 1)
  return isDimension(by) ? { part: { name: FILTER_OF[by], id } } : { reason: { by, id } }
}

/** The key of the group in which the server sums up everything small: no filter can name it. */
export const REST = 'other'

/** Whether a group of countries is one of them, and neither the rest nor what has none. */
export const isCountry = (key: string): boolean => /^[a-z]{2}$/i.test(key)

/** The key of the group of what has no product, or no country: no filter can name it either. */
export const UNKNOWN = 'unknown'

const VALUES_OF = {
  cause: 'causes',
  churn_reason: 'churn_reasons',
  feedback: 'feedback',
  decline_code: 'decline_codes',
  age: 'ages',
} as const satisfies Record<ReasonName, keyof Facets>

/** What the server calls a reason; in the source's own words where it does not know it. */
export function reasonLabel(by: ReasonName, id: string, facets: Facets | undefined): string {
  const label = facets?.[VALUES_OF[by]].find((one) => one.id === id)?.label
  return label && label !== id ? label : sentence(id || 'unknown')
}

/** The names that tell plans or products apart. */
function namesOf(by: BreakdownName, facets: Facets | undefined): ReadonlyMap<string, string> | undefined {
  if (facets === undefined) return undefined
  return by === 'plan' ? planLabels(facets) : by === 'product' ? productLabels(facets) : undefined
}

/** The name of a group: plans and products that share one are told apart, codes are written out. */
export function groupLabel(by: BreakdownName, group: Group | null, facets: Facets | undefined): string {
  const { key = '', label = '' } = group ?? {}
  if (!isDimension(by)) return label && label !== key ? label : reasonLabel(by, key, facets)
  if (by === 'country' && isCountry(key)) return countryName(key)
  if (by === 'interval' && key) return billingInterval(key)
  return namesOf(by, facets)?.get(key) ?? (label || key || 'Unknown')
}
