import type { Facets } from '~/api/types'
import { billingInterval } from '~/format/names'

interface Named {
  id: string
  label: string
}

type Labels = ReadonlyMap<string, string>

const plansOf = new WeakMap<Facets, Labels>()
const productsOf = new WeakMap<Facets, Labels>()

const own = (all: readonly Named[]): Labels => new Map(all.map(({ id, label }) => [id, label]))

/** Adds to the names that several share what differs between these. */
function apart<One extends Named>(all: readonly One[], names: Labels, by: (one: One) => string | null): Labels {
  const differences = new Map<string, Set<string | null>>()
  for (const one of all) {
    const name = names.get(one.id) ?? one.label
    differences.set(name, (differences.get(name) ?? new Set()).add(by(one)))
  }
  return new Map(
    all.map((one) => {
      const name = names.get(one.id) ?? one.label
      const more = (differences.get(name)?.size ?? 0) > 1 ? by(one) : null
      return [one.id, more ? `${name} · ${more}` : name]
    }),
  )
}

/** This much of an id tells two prices or products apart, and can be found in the billing system. */
const ID_END = 6

/** Three dots: behind an ellipsis, a line could be broken. */
const endOf = ({ id }: Named) => `...${id.slice(-ID_END)}`

/** Plans of several currencies or billing intervals often share a name: then these tell them apart, and at last their ids. */
export function planLabels(facets: Facets): Labels {
  const known = plansOf.get(facets)
  if (known) return known
  const { plans } = facets
  let labels = apart(plans, own(plans), ({ currency }) => currency.toUpperCase())
  labels = apart(plans, labels, ({ interval }) => (interval ? billingInterval(interval).toLowerCase() : null))
  labels = apart(plans, labels, endOf)
  plansOf.set(facets, labels)
  return labels
}

/** Products that share a name are told apart by their ids. */
export function productLabels(facets: Facets): Labels {
  const known = productsOf.get(facets)
  if (known) return known
  const labels = apart(facets.products, own(facets.products), endOf)
  productsOf.set(facets, labels)
  return labels
}
