import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { valueQuery } from '~/api/queries'
import type { MetricDefinition, ValuePoint } from '~/api/types'
import { shownCurrency } from '~/view/currency'
import { lacksRates, spanOf, valueOf } from '~/view/figure'
import { foreignFilters } from '~/view/filterable'
import { isComparable } from '~/view/known'
import type { Days } from '~/view/range'
import type { View } from '~/view/useView'

import { daysBeforeFirst, daysBeforeRunning } from './edges'
import { seriesIn } from './useFigures'

/** A value that a period of a table is compared with, which is not in the table itself. */
export interface Before {
  days: Days
  value: number | null | undefined
  /** Whether it lacks something that has no exchange rate. */
  lacksRates?: boolean
}

export interface Edges {
  first: Before | null
  running: Before | null
}

function useBefore(view: View, metric: MetricDefinition, days: Days | null): Before | null {
  const { connection, period } = view
  const isAsked = days !== null && !metric.looks_ahead && foreignFilters(metric, view.filters).length === 0 && isComparable(connection, days.start)
  const { start: from, end: to, interval } = spanOf(days ?? period, period.interval)
  const { data } = useQuery({ ...valueQuery(connection.id, metric.id, { from, to, interval, ...view.scope }), enabled: isAsked })
  const points = isAsked ? seriesIn(view, metric, data, shownCurrency(view)).get('')?.points : undefined
  const value = valueOf(metric.measure, points ?? [])
  const lacks = lacksRates(metric.measure, points ?? [])
  return useMemo(() => (isAsked ? { days, value, lacksRates: lacks } : null), [isAsked, days, value, lacks])
}

/** What the first period of a table and the one that still runs are compared with. */
export function useEdges(view: View, metric: MetricDefinition, points: readonly ValuePoint[]): Edges {
  const { today } = view
  const { interval } = view.period
  const { measure } = metric
  const beforeFirst = useMemo(() => daysBeforeFirst(measure, interval, points, today), [measure, interval, points, today])
  const beforeRunning = useMemo(() => daysBeforeRunning(measure, interval, points, today), [measure, interval, points, today])
  const first = useBefore(view, metric, beforeFirst)
  const running = useBefore(view, metric, beforeRunning)
  return useMemo(() => ({ first, running }), [first, running])
}
