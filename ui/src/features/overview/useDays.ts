/** Today, yesterday, this month and the last one, of every figure that the overview is made of: day by day, each requested once. */
import { useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { mrrQuery, registryQuery, valueQuery } from '~/api/queries'
import type { Day, MetricDefinition, MrrPoint, ValueReport } from '~/api/types'
import { known } from '~/features/metrics/useFigures'
import { netOf } from '~/features/mrr/points'
import { addDays, firstOfMonth } from '~/format/date'
import { shownCurrency } from '~/view/currency'
import { foreignFilters } from '~/view/filterable'
import { isKnown } from '~/view/known'
import { useFallback } from '~/view/useFallback'
import type { View } from '~/view/useView'

/** A figure of each day; a day that is missing is not known. */
export type Daily = ReadonlyMap<Day, number>

/** What one answer has of every day: MRR, customers and movements. */
const OF_POINT = {
  mrr: (point: MrrPoint) => point.mrr_minor,
  active_customers: (point: MrrPoint) => point.customers,
  net_new_mrr: netOf,
  new_customers: (point: MrrPoint) => point.new_customers,
  churned_customers: (point: MrrPoint) => point.churn_customers,
} as const satisfies Record<string, (point: MrrPoint) => number>

/** What has to be requested by itself. A server without one of them has no line for it. */
const OF_METRIC = ['failed_invoices', 'payments_collected', 'net_revenue', 'net_cash'] as const

export type DailyName = keyof typeof OF_POINT | (typeof OF_METRIC)[number]

export interface Days {
  metrics: ReadonlyMap<string, MetricDefinition>
  /** Missing where it is not known. */
  daily: ReadonlyMap<DailyName, Daily>
  isLoading: boolean
  error: unknown
  refetch: () => void
}

function valuesOf(view: View, report: ValueReport | undefined): Daily | undefined {
  const answer = known(report)
  const currency = shownCurrency(view)
  if (!answer || answer.series.length === 0) return undefined
  const points = answer.series.find((one) => one.currency === currency)?.points ?? []
  return new Map(points.flatMap(({ start_on, value }) => (value === null ? [] : [[start_on, value]])))
}

export function useDays(view: View): Days {
  const { connection, today, scope, filters } = view
  const from = firstOfMonth(addDays(firstOfMonth(today), -1))
  const query = { from, to: today, interval: 'day', ...scope }
  const currency = shownCurrency(view)
  const registry = useQuery(registryQuery)
  const metrics = useMemo(() => new Map((registry.data ?? []).map((metric) => [metric.id, metric])), [registry.data])
  const mrr = useQuery(mrrQuery(connection.id, query))
  const asked = OF_METRIC.filter((id) => {
    const metric = metrics.get(id)
    return metric !== undefined && foreignFilters(metric, filters).length === 0
  })
  const others = useQueries({
    queries: asked.map((id) => valueQuery(connection.id, id, query)),
    combine: (answers) => ({ reports: answers.map(({ data }) => data), isLoading: answers.some(({ isPending }) => isPending) }),
  })
  useFallback(view, mrr.error)
  const names = asked.join()
  const daily = useMemo(() => {
    const values = new Map<DailyName, Daily>()
    const points = isKnown(mrr.data) ? mrr.data?.series.find((one) => one.currency === currency)?.points : undefined
    for (const [name, of] of Object.entries(OF_POINT)) {
      if (points) values.set(name as DailyName, new Map(points.map((point) => [point.start_on, of(point)])))
    }
    for (const [index, id] of names.split(',').entries()) {
      const own = valuesOf(view, others.reports[index])
      if (own) values.set(id as DailyName, own)
    }
    return values
  }, [mrr.data, others.reports, names, currency, view])
  return {
    metrics,
    daily,
    isLoading: !mrr.error && (registry.data === undefined || !isKnown(mrr.data) || others.isLoading || currency === undefined),
    error: mrr.data ? null : mrr.error,
    refetch: () => void mrr.refetch(),
  }
}
