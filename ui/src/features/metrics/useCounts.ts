import type { UseQueryResult } from '@tanstack/react-query'
import { useQueries } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'

import type { Query } from '~/api/client'
import { explainMetricQuery } from '~/api/queries'
import type { Currency, Day, ExplainedValue, MetricDefinition, ValuePoint } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { foreignFilters } from '~/view/filterable'
import type { View } from '~/view/useView'

import { countsOf, isFraction } from './counts'

/** A longer table goes without: each period is a request. */
const PERIODS_AT_MOST = 36

/** What an explanation of a value is requested by. Without a conversion, of one currency. */
export function explainedBy(view: View, metric: MetricDefinition, currency: Currency, days: { from: Day; to: Day }): Query {
  const to = metric.looks_ahead || days.to <= view.today ? days.to : view.today
  const native: Query = view.currency === 'native' ? { filter_currency: [currency] } : {}
  return { from: days.from, to, ...view.scope, ...native }
}

interface Of {
  points: readonly ValuePoint[]
  currency: Currency
  /** Whether the table is in view. */
  isSeen: boolean
}

/** What each value of a ratio was divided from, by the first day of its period; `null` for a metric or a table without. */
export function useCounts(view: View, metric: MetricDefinition, { points, currency, isSeen }: Of): ReadonlyMap<Day, string> | null {
  const hasCounts = !IS_SHARED && isFraction(metric) && points.length <= PERIODS_AT_MOST && foreignFilters(metric, view.filters).length === 0
  const known = useMemo(() => (hasCounts ? points.filter(({ value }) => typeof value === 'number') : []), [hasCounts, points])
  // The same map as long as no answer changes, so that the table is not sorted again with each render.
  const combine = useCallback(
    (answers: UseQueryResult<ExplainedValue>[]) =>
      new Map(
        known.flatMap(({ start_on }, index): [Day, string][] => {
          const series = answers[index]?.data?.series.find((one) => one.currency === currency)
          const text = series && countsOf(metric, series.parts, currency)
          return text ? [[start_on, text]] : []
        }),
      ),
    [known, metric, currency],
  )
  const counts = useQueries({
    combine,
    queries: known.map(({ start_on, end_on }) => ({
      ...explainMetricQuery(view.connection.id, metric.id, explainedBy(view, metric, currency, { from: start_on, to: end_on })),
      enabled: isSeen,
    })),
  })
  return hasCounts ? counts : null
}
