import type { Facets } from '~/api/types'
import { billingInterval } from '~/format/names'

type Plan = Facets['plans'][number]

const cache = new WeakMap<Facets, ReadonlyMap<string, string>>()

/** Adds to the names that several plans share whatever tells these apart. */
function apart(plans: readonly Plan[], names: ReadonlyMap<string, string>, by: (plan: Plan) => string | null): ReadonlyMap<string, string> {
  const counts = new Map<string, number>()
  for (const name of names.values()) counts.set(name, (counts.get(name) ?? 0) + 1)
  return new Map(
    plans.map((plan) => {
      const name = names.get(plan.id) ?? plan.label
      const more = (counts.get(name) ?? 0) > 1 ? by(plan) : null
      return [plan.id, more ? `${name} · ${more}` : name]
    }),
  )
}

/** So much of an id tells two prices apart, and can be found in the billing system. */
const ID_END = 6

/** Plans of several currencies or billing intervals often share a name: then these tell them apart, and at last their ids. */
export function planLabels(facets: Facets): ReadonlyMap<string, string> {
  const known = cache.get(facets)
  if (known) return known
  const { plans } = facets
  let labels: ReadonlyMap<string, string> = new Map(plans.map(({ id, label }) => [id, label]))
  labels = apart(plans, labels, ({ currency }) => (facets.currencies.length > 1 ? currency.toUpperCase() : null))
  labels = apart(plans, labels, ({ interval }) => (interval ? billingInterval(interval).toLowerCase() : null))
  labels = apart(plans, labels, ({ id }) => `…${id.slice(-ID_END)}`)
  cache.set(facets, labels)
  return labels
}
