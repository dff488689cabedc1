import { expect, it } from 'vitest'

import { periodOf } from '~/view/period'
import type { ViewSearch } from '~/view/search'
import { FILTERS } from '~/view/search'
import type { View } from '~/view/useView'

import { pageToShare } from './pageToShare'
import { viewToShare } from './viewToShare'

function viewOf(search: ViewSearch): View {
  const filters = Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])))
  const connection = { reporting_currency: 'usd' }
  const facets = { currencies: ['eur', 'usd'] }
  return { search, period: periodOf(search, '2026-11-23', null), filters, currency: search.currency ?? 'usd', connection, facets } as unknown as View
}

const live = { isFixed: false, hidesAmounts: false }

it('shares pages of figures, and none that names customers', () => {
  expect(['mrr', 'overview', 'metrics/arr'].map((page) => pageToShare(`/c/conn_1/${page}`))).toEqual(['mrr', 'overview', 'metrics/arr'])
  for (const path of ['/c/conn_1/customers', '/c/conn_1/customers/cus_1', '/c/conn_1/metrics', '/c/conn_1/movements', '/settings/members', '/c/conn_1'])
    expect(pageToShare(path)).toBeUndefined()
})

it('fixes the currency, the filters and the range, which moves on or keeps its days', () => {
  const view = viewOf({ range: 'quarter', plan: ['price_1', 'price_2'] })
  expect(viewToShare('mrr', view, {}, live)).toBe('range=quarter&currency=usd&plan=price_1&plan=price_2')
  expect(viewToShare('mrr', view, {}, { ...live, isFixed: true })).toBe('from=2026-10-01&to=2026-11-23&currency=usd&plan=price_1&plan=price_2')
  const custom = viewOf({ range: 'custom', from: '2026-01-01', to: '2026-03-31' })
  expect(viewToShare('mrr', custom, {}, live)).toBe('from=2026-01-01&to=2026-03-31&currency=usd')
})

it('keeps what is the page’s own, and nothing that is open over it', () => {
  const search = { by: 'country', compare: ['DE'], mark_from: '2026-01-01', mark_to: '2026-01-31', what: 'mrr' }
  expect(viewToShare('mrr', viewOf({}), search, live)).toBe('currency=usd&by=country&compare=DE')
  expect(viewToShare('overview', viewOf({}), search, live)).toBe('currency=usd')
})

it('needs one currency where amounts are hidden', () => {
  const view = viewOf({ currency: 'native', show: 'eur' })
  expect(viewToShare('mrr', view, {}, live)).toBe('currency=native&show=eur')
  expect(viewToShare('mrr', view, {}, { ...live, hidesAmounts: true })).toBe('currency=eur&show=eur')
})
