import type { Facets } from '~/api/types'
import { billingInterval } from '~/format/names'

type Plan = Facets['plans'][number]

const cache = new WeakMap<Facets, ReadonlyMap<string, string>>()

/** Adds to the names that several plans share what differs between these. */
function apart(plans: readonly Plan[], names: ReadonlyMap<string, string>, by: (plan: Plan) => string | null): ReadonlyMap<string, string> {
  const differences = new Map<string, Set<string | null>>()
  for (const plan of plans) {
    const name = names.get(plan.id) ?? plan.label
    differences.set(name, (differences.get(name) ?? new Set()).add(by(plan)))
  }
  return new Map(
    plans.map((plan) => {
      const name = names.get(plan.id) ?? plan.label
      const more = (differences.get(name)?.size ?? 0) > 1 ? by(plan) : null
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
  labels = apart(plans, labels, ({ currency }) => currency.toUpperCase())
  labels = apart(plans, labels, ({ interval }) => (interval ? billingInterval(interval).toLowerCase() : null))
  // Three dots: behind an ellipsis, a line could be broken.
  labels = apart(plans, labels, ({ id }) => `...${id.slice(-ID_END)}`)
  cache.set(facets, labels)
  return labels
}
