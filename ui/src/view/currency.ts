import type { Connection, Currency, Facets } from '~/api/types'

/** How the choice of a currency depends on the rates of today: of a connection, and of what it bills in. */
interface Rated {
  connection: Pick<Connection, 'reporting_currency'>
  facets: Pick<Facets, 'currencies' | 'targets'> | undefined
}

/** Whether today's exchange rates convert nothing that would have to be converted: figures would seem to collapse. */
export function lacksRates({ connection: { reporting_currency: own }, facets }: Rated): boolean {
  if (own === null || facets === undefined) return false
  const others = facets.currencies.filter((code) => code !== own)
  const isRated = (code: Currency) => facets.targets.includes(code)
  return others.length > 0 && !(isRated(own) && others.some(isRated))
}

/** What is billed in but can't be converted today into the currency that was chosen: figures lack it. */
export function unconvertible(into: string, facets: Pick<Facets, 'currencies' | 'targets'> | undefined): Currency[] {
  if (into === 'native' || facets === undefined) return []
  const others = facets.currencies.filter((code) => code !== into)
  return facets.targets.includes(into) ? others.filter((code) => !facets.targets.includes(code)) : others
}

/** What amounts are in unless the address says so: `native`, or the currency that everything is converted to. */
export const usualCurrency = (of: Rated): Currency => (lacksRates(of) ? 'native' : (of.connection.reporting_currency ?? 'native'))

interface Shown {
  currency: string
  search: { show?: Currency }
  connection: Pick<Connection, 'reporting_currency' | 'shared'>
  facets: Pick<Facets, 'currencies'> | undefined
}

/** What index numbers are written in, where a shared page hides amounts: no currency (ISO 4217). */
export const INDEX: Currency = 'xxx'

/**
 * The one currency that figures and charts are in: the one converted to; with native currencies the chosen one, else the account's
 * own. Currencies are never added up. `undefined` until it is known which there are.
 */
export function shownCurrency({ currency, search, connection, facets }: Shown): Currency | undefined {
  if (connection.shared?.hides_amounts) return INDEX
  if (currency !== 'native') return currency
  const billed = facets?.currencies
  if (billed === undefined) return undefined
  const wanted = [search.show, connection.reporting_currency].find((code) => code && billed.includes(code))
  return wanted ?? billed[0] ?? connection.reporting_currency ?? 'usd'
}
