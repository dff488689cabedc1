import type { Facets } from '~/api/types'
import { billingInterval } from '~/format/names'

type Plan = Facets['plans'][number]

const cache = new WeakMap<Facets, ReadonlyMap<string, string>>()

function namesOf(plans: readonly Plan[], name: (plan: Plan) => string): { name: string; isShared: boolean; plan: Plan }[] {
  const counts = new Map<string, number>()
  for (const plan of plans) counts.set(name(plan), (counts.get(name(plan)) ?? 0) + 1)
  return plans.map((plan) => ({ name: name(plan), isShared: (counts.get(name(plan)) ?? 0) > 1, plan }))
}

/** Plans of several currencies or billing intervals often share a name: then these tell them apart. */
export function planLabels(facets: Facets): ReadonlyMap<string, string> {
  const known = cache.get(facets)
  if (known) return known
  const hasCurrencies = facets.currencies.length > 1
  const named = namesOf(facets.plans, ({ label, currency }) => (hasCurrencies ? `${label} · ${currency.toUpperCase()}` : label))
  const labels = new Map(
    named.map(({ name, isShared, plan }) => [
      plan.id,
      isShared && plan.interval ? `${name} · ${billingInterval(plan.interval).toLowerCase()}` : name,
    ]),
  )
  cache.set(facets, labels)
  return labels
}
