import { useQuery } from '@tanstack/react-query'

import type { Query } from '~/api/client'
import { mrrQuery } from '~/api/queries'
import type { Currency, MrrPoint, MrrReport, Series } from '~/api/types'
import { firstOfMonth } from '~/format/date'
import type { View } from '~/view/useView'

/** The report of the range that is shown. */
export function useMrrSeries(view: View) {
  const { from, to, interval } = view.period
  return useQuery(mrrQuery(view.connection.id, { from, to, interval, ...view.scope }))
}

/** Last month and the running one: what the headline and the changes are read from, whatever range is shown. */
export function useMonths(view: View, by?: string) {
  const query: Query = { from: firstOfMonth(view.today, -1), to: view.today, interval: 'month', ...view.scope, ...(by ? { by } : {}) }
  return useQuery(mrrQuery(view.connection.id, query))
}

export interface Standing {
  currency: Currency
  now: MrrPoint
  before_minor: number
  change_minor: number
  /** `null` when there was nothing last month. */
  change_ratio: number | null
}

export function standingOf(series: Series<MrrPoint>): Standing | undefined {
  const now = series.points.at(-1)
  if (!now) return undefined
  const before_minor = series.points.at(-2)?.mrr_minor ?? 0
  const change_minor = now.mrr_minor - before_minor
  return { currency: series.currency, now, before_minor, change_minor, change_ratio: before_minor === 0 ? null : change_minor / before_minor }
}

/** The currency that charts show: the one converted into, or of native ones the chosen, else that of most customers. */
export function shownCurrency(view: View, report: MrrReport | undefined): Currency | undefined {
  if (view.currency !== 'native') return view.currency
  const series = report?.series ?? []
  const chosen = series.find(({ currency }) => currency === view.search.show)
  if (chosen) return chosen.currency
  const customers = (one: Series<MrrPoint>) => one.points.at(-1)?.customers ?? 0
  return series.toSorted((a, b) => customers(b) - customers(a))[0]?.currency
}

/** The scope of lists beside the charts: of native currencies, only the one that is shown. */
export function scopeOf(view: View, currency: Currency | undefined): Query {
  if (view.currency !== 'native' || currency === undefined) return view.scope
  return { ...view.scope, filter_currency: [currency] }
}
