import type { Connection, Currency, Facets } from '~/api/types'

interface Shown {
  currency: string
  search: { show?: Currency }
  connection: Pick<Connection, 'reporting_currency'>
  facets: Pick<Facets, 'currencies'> | undefined
}

/**
 * The one currency that figures and charts are in: the one converted to; with native currencies the chosen one, else the account's
 * own. Currencies are never added up. `undefined` until it is known which there are.
 */
export function shownCurrency({ currency, search, connection, facets }: Shown): Currency | undefined {
  if (currency !== 'native') return currency
  const billed = facets?.currencies
  if (billed === undefined) return undefined
  const wanted = [search.show, connection.reporting_currency].find((code) => code && billed.includes(code))
  return wanted ?? billed[0] ?? connection.reporting_currency ?? 'usd'
}
