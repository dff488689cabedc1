import { describe, expect, it } from 'vitest'

import { lacksRates, unconvertible, usualCurrency } from './currency'

const view = (own: string | null, currencies: string[], targets: string[]) => ({
  connection: { reporting_currency: own },
  facets: { currencies, targets },
})

describe('the usual currency', () => {
  it.each([
    ['everything has rates', view('usd', ['eur', 'usd'], ['eur', 'gbp', 'usd']), 'usd'],
    ['one currency needs no rates', view('usd', ['usd'], ['eur']), 'usd'],
    ['a currency that nobody quotes is left out', view('usd', ['eur', 'irr', 'usd'], ['eur', 'usd']), 'usd'],
    ['rates ended, and the reporting currency has none', view('usd', ['eur', 'usd'], ['eur']), 'native'],
    ['rates ended, and the euro converts only itself', view('eur', ['eur', 'usd'], ['eur']), 'native'],
    ['no reporting currency', view(null, ['eur', 'usd'], ['eur', 'usd']), 'native'],
  ])('%s', (_, of, expected) => {
    expect(usualCurrency(of)).toBe(expected)
  })

  it('is the reporting currency while it is not known what is billed', () => {
    const of = { connection: { reporting_currency: 'usd' }, facets: undefined }
    expect([lacksRates(of), usualCurrency(of)]).toEqual([false, 'usd'])
  })
})

describe('what figures lack in a currency', () => {
  const facets = { currencies: ['eur', 'irr', 'usd'], targets: ['eur', 'usd'] }

  it('is what has no rate today', () => {
    expect(unconvertible('usd', facets)).toEqual(['irr'])
  })

  it('is everything else where the currency itself has none', () => {
    expect(unconvertible('gbp', facets)).toEqual(['eur', 'irr', 'usd'])
  })

  it('is nothing while nothing is converted, or nothing is known', () => {
    expect([unconvertible('native', facets), unconvertible('usd', undefined)]).toEqual([[], []])
  })
})
