import type { Facets } from '~/api/types'
import type { GroupRow } from '~/features/groups/useGroups'
import { REST, UNKNOWN } from '~/view/groupLabels'

/** A product, or one of its plans below it. */
export interface TreeRow extends GroupRow {
  /** The product's own key, of a plan too. */
  product: string
  isProduct: boolean
  /** Of a product: how many plans it has here. */
  plans: number
}

type Compare = (a: GroupRow, b: GroupRow) => number

/**
 * Products with their plans below them, both in the order given. What the server sums up as "other" plans is of several products, so
 * it stands last and beside them. A closed product hides its plans.
 */
export function treeOf(
  products: readonly GroupRow[],
  plans: readonly GroupRow[],
  facets: Pick<Facets, 'plans'> | undefined,
  { compare, closed }: { compare: Compare; closed: ReadonlySet<string> },
): TreeRow[] {
  const productOf = new Map(facets?.plans.map(({ id, product_id }) => [id, product_id ?? UNKNOWN]))
  const below = new Map<string, GroupRow[]>()
  const homeless: GroupRow[] = []
  const isListed = new Set(products.map(({ key }) => key))
  for (const plan of plans) {
    const product = productOf.get(plan.key)
    if (product === undefined || !isListed.has(product)) homeless.push(plan)
    else below.set(product, [...(below.get(product) ?? []), plan])
  }
  const asPlan =
    (product: string) =>
    (plan: GroupRow): TreeRow => ({ ...plan, product, isProduct: false, plans: 0 })
  const tree = products.toSorted(compare).flatMap((product): TreeRow[] => {
    const own = (below.get(product.key) ?? []).toSorted(compare)
    const row = { ...product, product: product.key, isProduct: true, plans: own.length }
    return closed.has(product.key) ? [row] : [row, ...own.map(asPlan(product.key))]
  })
  const beside = ({ key, ...plan }: GroupRow): TreeRow => ({ ...plan, key, product: UNKNOWN, isProduct: key === REST, plans: 0 })
  return [...tree, ...homeless.toSorted(compare).map(beside)]
}
