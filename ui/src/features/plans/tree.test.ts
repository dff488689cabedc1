import { describe, expect, it } from 'vitest'

import type { GroupRow } from '~/features/groups/useGroups'

import { treeOf } from './tree'

const row = (key: string, mrr_minor: number): GroupRow => ({
  key,
  label: key,
  currency: 'usd',
  group: { key, label: key },
  mrr_minor,
  customers: 1,
  before_minor: null,
  change_minor: null,
  change_ratio: null, lacksRates: false,
  arpa_minor: null,
  share: null,
})
const plan = (id: string, product_id: string | null) => ({ id, product_id, label: id, product: null, interval: null, currency: 'usd', is_active: true })
const facets = { plans: [plan('a1', 'a'), plan('a2', 'a'), plan('b1', 'b')] }
const largest = { compare: (a: GroupRow, b: GroupRow) => b.mrr_minor - a.mrr_minor, closed: new Set<string>() }

describe('the tree of products and plans', () => {
  it('has the plans of each product below it, both in order', () => {
    const tree = treeOf([row('a', 3), row('b', 9)], [row('a1', 1), row('a2', 2), row('b1', 9)], facets, largest)
    expect(tree.map(({ key }) => key)).toEqual(['b', 'b1', 'a', 'a2', 'a1'])
    expect(tree.map(({ plans }) => plans)).toEqual([1, 0, 2, 0, 0])
  })

  it('hides the plans of a closed product only', () => {
    const tree = treeOf([row('a', 3), row('b', 9)], [row('a1', 1), row('b1', 9)], facets, { ...largest, closed: new Set(['b']) })
    expect(tree.map(({ key }) => key)).toEqual(['b', 'a', 'a1'])
  })

  it('loses no plan without a product', () => {
    const tree = treeOf([row('a', 3)], [row('a1', 3), row('other', 5)], facets, largest)
    expect(tree.map(({ key }) => key)).toEqual(['a', 'a1', 'other'])
  })
})
