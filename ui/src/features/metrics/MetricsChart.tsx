/**
 * Several metrics of the registry on one chart, over the page's range. They share a unit; what an older server lacks is left out.
 *
 *     <MetricsChart metrics={[{ id: 'gross_mrr_churn_rate', colorToken: '--churn' }]} title="Churn rates" view={view} … />
 */
import { useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { registryQuery, valueQuery } from '~/api/queries'
import type { MetricDefinition, ValuePoint, ValueReport } from '~/api/types'
import type { ChartSeries } from '~/charts/seriesPlot'
import type { SeriesChartProps } from '~/charts/SeriesChart'
import { SeriesChart } from '~/charts/SeriesChart'
import { EmptyState } from '~/components/Feedback'
import { canReachBack, longerRange } from '~/features/controls/advice'
import { NothingHere } from '~/features/controls/NothingHere'
import { shownCurrency } from '~/view/currency'
import { foreignFilters } from '~/view/filterable'
import { isKnown } from '~/view/known'
import type { FilterName } from '~/view/search'
import { AHEAD } from '~/view/search'
import { useFallback } from '~/view/useFallback'
import type { View } from '~/view/useView'

import { useOpenValue } from './openValue'
import { reasonUnknown, whyNothing } from './unknown'
import { known } from './useFigures'

export interface MetricLine {
  id: string
  colorToken: string
  /** Instead of the registry's name, where the title says the rest. */
  name?: string
  /** Whether it takes away from the others: drawn below zero. */
  isLoss?: boolean
  /** A metric to take away, for what is left of this one: `failed_amount` less `recovered_amount`. */
  less?: string
}

type Given = Pick<SeriesChartProps, 'view' | 'title' | 'chart' | 'height' | 'note' | 'totalName' | 'isSigned' | 'isZoomed' | 'hint' | 'controls'>

interface MetricsChartProps extends Given {
  metrics: readonly MetricLine[]
  /** The metric that is explained beside the title; the first one when left out. */
  metric?: string
  /** Opens what is behind a period, of one metric or of all with an empty id. Left out, that is what explains the value. */
  onMark?: (days: { start_on: string; end_on: string }, id: string) => void
}

type Known = MetricLine & { metric: MetricDefinition }

const NO_POINTS: ValuePoint[] = []

function pointsIn(view: View, report: ValueReport | undefined) {
  const currency = shownCurrency(view)
  return known(report)?.series.find((one) => one.currency === currency && one.group === null)?.points ?? NO_POINTS
}

/** What is left of some points. */
function lessOf(points: readonly ValuePoint[], less: readonly ValuePoint[]): ValuePoint[] {
  const at = new Map(less.map(({ start_on, value }) => [start_on, value]))
  return points.map((point) => {
    const taken = at.get(point.start_on)
    return { ...point, value: point.value === null || taken === null || taken === undefined ? null : point.value - taken }
  })
}

/** The metrics with the server's answers over the range. */
export function useMetricLines(view: View, metrics: readonly MetricLine[]) {
  const registry = useQuery(registryQuery)
  const lines = metrics.flatMap((line): Known[] => {
    const metric = registry.data?.find(({ id }) => id === line.id)
    return metric ? [{ ...line, metric }] : []
  })
  const ids = [...new Set(lines.flatMap(({ id, less }) => [id, ...(less ? [less] : [])]))]
  const foreign = lines[0] ? foreignFilters(lines[0].metric, view.filters) : []
  const currency = shownCurrency(view)
  const answers = useQueries({
    queries: ids.map((id) => ({ ...valueQuery(view.connection.id, id, view.series), enabled: foreign.length === 0 })),
  })
  const error = registry.error ?? answers.find((one) => one.error && !one.data)?.error ?? null
  const pointsOf = (id: string) => pointsIn(view, answers[ids.indexOf(id)]?.data)
  const isWaiting = registry.isPending || currency === undefined || answers.some(({ data }) => !isKnown(data))
  return {
    currency,
    foreign,
    error,
    unit: lines[0]?.metric.unit ?? 'money',
    measure: lines[0]?.metric.measure ?? 'flow',
    lines: lines.map((line) => ({ ...line, points: line.less ? lessOf(pointsOf(line.id), pointsOf(line.less)) : pointsOf(line.id) })),
    /** Whether the server has none of them: it is older, or doesn’t show them on a page that was shared. */
    isUnknown: registry.data !== undefined && lines.length === 0,
    /** Whether the key can't read what they are made of. */
    isAbsent: answers.some(({ data }) => (data?.absent.length ?? 0) > 0),
    isLoading: error === null && foreign.length === 0 && isWaiting,
    isStale: answers.some(({ isPlaceholderData }) => isPlaceholderData),
    refetch: () => answers.forEach((one) => void one.refetch()),
  }
}

const valueAt = (line: Pick<MetricLine, 'isLoss'>, value: number | null) => (value === null || !line.isLoss ? value : 0 - value)

export function MetricsChart({ metrics, metric = metrics[0]?.id ?? '', onMark, hint = 'Click to see what is behind it', ...given }: MetricsChartProps) {
  const { view, title } = given
  const data = useMetricLines(view, metrics)
  const openValue = useOpenValue()
  const openDays: MetricsChartProps['onMark'] =
    onMark ?? (openValue && (({ start_on, end_on }, id) => openValue({ metric: id || metric, days: { from: start_on, to: end_on } })))
  useFallback(view, data.error)
  const buckets = data.lines.find(({ points }) => points.length > 0)?.points ?? NO_POINTS
  const key = JSON.stringify(data.lines)
  const series = useMemo(
    () =>
      data.lines.flatMap((line): ChartSeries[] => {
        if (line.points.length === 0) return []
        const at = new Map(line.points.map(({ start_on, value }) => [start_on, valueAt(line, value)]))
        return [
          {
            id: line.id,
            name: line.name ?? line.metric.label,
            colorToken: line.colorToken,
            values: buckets.map(({ start_on }) => at.get(start_on) ?? null),
          },
        ]
      }),
    // The lines are put together again on each render; their content decides.
    // oxlint-disable-next-line react/exhaustive-deps
    [key],
  )
  const isNothing = !series.some(({ values }) => values.some((value) => value !== null))
  const isBlank = given.chart === 'columns' && !series.some(({ values }) => values.some(Boolean))
  const definition = data.lines.find(({ id }) => id === metric)?.metric
  if (data.isUnknown) return null
  return (
    <SeriesChart
      {...given}
      buckets={buckets}
      currency={data.currency ?? 'usd'}
      error={data.error}
      hint={hint}
      isLoading={data.isLoading}
      isStale={data.isStale}
      isSummed={data.measure === 'flow'}
      label={`${title}: ${series.map(({ name }) => name).join(', ')}. The table view has every figure.`}
      metric={metric}
      series={series}
      unit={data.unit}
      {...(!data.isLoading && isNothing ? { empty: <Nothing foreign={data.foreign} isAbsent={data.isAbsent} metric={definition} view={view} /> } : {})}
      {...(!data.isLoading && isBlank && !isNothing ? { empty: <NoColumns view={view} /> } : {})}
      {...(openDays
        ? {
            onMark: ({ index, seriesId }) => {
              const bucket = buckets[index]
              if (bucket) openDays(bucket, seriesId)
            },
          }
        : {})}
      onRetry={data.refetch}
    />
  )
}

/** Columns of nothing but zeros are not there to be seen. */
export function NoColumns({ view }: { view: View }) {
  const isAhead = view.period.range === AHEAD
  return (
    <NothingHere title={isAhead ? 'Nothing ahead' : 'Nothing in this range'} view={view}>
      {isAhead ? 'Nothing is set to happen in the next 12 months.' : longerRange(view)}
    </NothingHere>
  )
}

interface NothingProps {
  view: View
  metric: MetricDefinition | undefined
  foreign: readonly FilterName[]
  isAbsent: boolean
}

function Nothing({ view, metric, foreign, isAbsent }: NothingProps) {
  if (foreign.length === 0 && isAbsent) return <EmptyState title="Not known">The key doesn’t have access to this data.</EmptyState>
  if (foreign.length === 0) return <EmptyState title="Nothing to show">{whyNothing(metric, canReachBack(view))}</EmptyState>
  return <EmptyState title="Not known with these filters">{reasonUnknown(foreign, undefined)}. Clear the filter to see it.</EmptyState>
}
