import { describe, expect, it } from 'vitest'

import type { Facets } from '~/api/types'

import { planLabels, productLabels } from './facetLabels'

const plan = (id: string, label: string, currency: string, interval: string) => ({
  id,
  label,
  currency,
  interval,
  is_active: true,
  product: null,
  product_id: null,
})

const facets = (currencies: string[], plans: Facets['plans']): Facets => ({
  plans,
  currencies,
  products: [],
  targets: [],
  ages: [],
  causes: [],
  churn_reasons: [],
  decline_codes: [],
  feedback: [],
  intervals: [],
  countries: [],
  has_figures: false,
  first_on: null,
  last_on: null,
})

describe('names of plans', () => {
  it('stay as they are where each is the only one', () => {
    const labels = planLabels(facets(['usd'], [plan('a', 'Pro', 'usd', 'month'), plan('b', 'Team', 'usd', 'year')]))
    expect([...labels.values()]).toEqual(['Pro', 'Team'])
  })

  it('are told apart by the currency, and by the billing interval where that is not enough', () => {
    const plans = [plan('a', 'Pro', 'usd', 'month'), plan('b', 'Pro', 'usd', 'year'), plan('c', 'Pro', 'eur', 'year')]
    const labels = planLabels(facets(['eur', 'usd'], plans))
    expect([...labels.values()]).toEqual(['Pro · USD · monthly', 'Pro · USD · yearly', 'Pro · EUR'])
  })

  it('have no currency where nothing shares their name', () => {
    const plans = [plan('a', 'Pro', 'usd', 'month'), plan('b', 'Pro', 'eur', 'month'), plan('c', 'Team', 'usd', 'month')]
    expect([...planLabels(facets(['eur', 'usd'], plans)).values()]).toEqual(['Pro · USD', 'Pro · EUR', 'Team'])
  })

  it('are told apart by the end of their id where nothing else does', () => {
    const plans = [plan('price_agreed_one', 'Agreed', 'usd', 'month'), plan('price_agreed_two', 'Agreed', 'usd', 'month')]
    expect([...planLabels(facets(['usd'], plans)).values()]).toEqual(['Agreed · ...ed_one', 'Agreed · ...ed_two'])
  })
})

describe('names of products', () => {
  it('are told apart by the end of their id where they share one', () => {
    const products = ['prod_agreed_1', 'prod_agreed_2'].map((id) => ({ id, label: 'Agreed' }))
    const labels = productLabels({ ...facets(['usd'], []), products: [...products, { id: 'prod_pro', label: 'Pro' }] })
    expect([...labels.values()]).toEqual(['Agreed · ...reed_1', 'Agreed · ...reed_2', 'Pro'])
  })
})
