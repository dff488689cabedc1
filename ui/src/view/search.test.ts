import { describe, expect, it } from 'vitest'

import { parseAddress } from './pageSearch'
import { parseSearch, readView, stringifySearch } from './search'

describe('the view in the address', () => {
  it('comes back as it was written, lists included', () => {
    const view = { range: '90d', currency: 'eur', plan: ['price_1', 'price_2'], country: ['DE'] } as const
    expect(readView(parseSearch(stringifySearch(view)))).toEqual(view)
  })

  it('writes a list as a repeated name, which a person can edit', () => {
    expect(stringifySearch({ plan: ['a', 'b'], q: '', page: undefined })).toBe('?plan=a&plan=b')
  })

  it('is the same for the same filters in another order', () => {
    expect(readView({ plan: ['b', 'a', 'b'] })).toEqual(readView({ plan: ['a', 'b'] }))
  })

  it('ignores what it does not understand instead of breaking the page', () => {
    expect(readView({ range: 'forever', interval: 'hour', from: '2026-13-01', to: 'x', plan: 7 })).toEqual({})
  })

  it.each([
    'range=foo',
    'interval=hour',
    'from=2026-02-30&to=2026-03-01',
    'range=custom&from=2026-03-01',
    'currency=',
    'state=bogus&sort=bogus&type=bogus&by=bogus&mark_from=x&mark_to=y&why=never',
    'next=//evil.example',
    'unheard=of',
  ])('comes from the address without what no page knows: %s', (text) => {
    expect(parseAddress(`?${text}`)).toEqual({})
  })

  it('comes from the address whole where all of it is known', () => {
    const search = { range: 'ytd', by: 'country', type: ['churn', 'new'], state: 'active', mark_from: '2026-01-01', mark_to: '2026-01-31' }
    expect(parseAddress(stringifySearch(search))).toEqual(search)
  })

  it('is a custom range only with two days in order', () => {
    expect(readView({ from: '2026-01-01', to: '2026-03-31' })).toEqual({ range: 'custom', from: '2026-01-01', to: '2026-03-31' })
    expect(readView({ range: 'custom', from: '2026-03-31', to: '2026-01-01' })).toEqual({})
    expect(readView({ range: 'custom', from: '2026-03-31' })).toEqual({})
  })
})
