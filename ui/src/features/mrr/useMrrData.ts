import { useQuery } from '@tanstack/react-query'

import type { Query } from '~/api/client'
import { mrrQuery } from '~/api/queries'
import type { Currency, MrrReport, MrrSeries } from '~/api/types'
import { firstOfMonth } from '~/format/date'
import type { View } from '~/view/useView'

/** The report for the range on the page. */
export function useMrrSeries(view: View) {
  const { from, to, interval } = view.period
  return useQuery(mrrQuery(view.connection.id, { from, to, interval, ...view.scope }))
}

/** Last month and the current one: the source of the headline and the changes, whatever range is on the page. */
export function useMonths(view: View, by?: string) {
  const query: Query = {
    from: firstOfMonth(view.today, -1),
    to: view.today,
    interval: 'month',
    ...view.scope,
    ...(by ? { by } : {}),
  }
  return useQuery(mrrQuery(view.connection.id, query))
}

/** The currency of the charts: the one converted to; with native currencies the chosen one, else that of most customers. */
export function shownCurrency(view: View, report: MrrReport | undefined): Currency | undefined {
  if (view.currency !== 'native') return view.currency
  const series = report?.series ?? []
  const chosen = series.find(({ currency }) => currency === view.search.show)
  if (chosen) return chosen.currency
  const customers = (one: MrrSeries) => one.points.at(-1)?.customers ?? 0
  return series.toSorted((a, b) => customers(b) - customers(a))[0]?.currency
}

/** The scope of the lists beside the charts: with native currencies, only the one on the page. */
export function scopeOf(view: View, currency: Currency | undefined): Query {
  if (view.currency !== 'native' || currency === undefined) return view.scope
  return { ...view.scope, filter_currency: [currency] }
}
