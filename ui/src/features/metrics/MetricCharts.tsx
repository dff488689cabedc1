import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import type { ReactNode, Ref } from 'react'

import type { MetricDefinition } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { COMPARED_AT_MOST, colorsOf, comparedOf, switched } from '~/charts/compared'
import type { ExportTable } from '~/charts/export'
import { fileName } from '~/charts/export'
import { SeriesChart } from '~/charts/SeriesChart'
import { CardHead } from '~/components/CardHead'
import { DataTable, fileOfRows } from '~/components/DataTable'
import { DownloadTable } from '~/components/DownloadTable'
import { CardSkeleton, EmptyState } from '~/components/Feedback'
import { Segmented } from '~/components/Segmented'
import { useInView } from '~/components/useInView'
import { canReachBack } from '~/features/controls/advice'
import { formatCount } from '~/format/number'
import { DIMENSION_LABEL, groupLabel } from '~/view/groupLabels'
import type { BreakdownName, MetricSearch } from '~/view/pageSearch'
import { BREAKDOWN_NAMES } from '~/view/pageSearch'
import { rangeName } from '~/view/period'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'

import { groupColumns, periodColumns, periodRows } from './columns'
import type { Whole as WholeFigures } from './MetricHeadline'
import { NoColumns } from './MetricsChart'
import { isAdditive, overlapOf, partsFile, seriesOf } from './parts'
import { reasonUnknown, whyNothing } from './unknown'
import { useCounts } from './useCounts'
import { useEdges } from './useEdges'
import { useFigures } from './useFigures'

const route = getRouteApi('/app/c/$connectionId/metrics/$metricId')

/** Opens what is behind a period: of one part of a breakdown, or of all with an empty key. */
export type OpenPeriodFn = (days: { start_on: string; end_on: string }, of: string) => void

interface ChartProps {
  view: View
  metric: MetricDefinition
  /** The metric of everything. */
  whole: WholeFigures
  open: OpenPeriodFn
}

const STYLES = [
  { id: 'lines', label: 'Lines' },
  { id: 'columns', label: 'Stacked' },
  { id: 'share', label: 'Share' },
] as const

function useChoices() {
  const navigate = route.useNavigate()
  return useCallback(
    (patch: { [Name in keyof MetricSearch]?: MetricSearch[Name] | undefined }) =>
      void navigate({ search: (before) => compact({ ...before, ...patch }), replace: true, resetScroll: false }),
    [navigate],
  )
}

/** By what the metric is broken down, of what the registry offers. */
function ByControl({ view, metric, by }: Pick<ChartProps, 'view' | 'metric'> & { by?: BreakdownName }) {
  const choose = useChoices()
  const offered = BREAKDOWN_NAMES.filter((name) => {
    // Native currencies are apart already, and one currency has no parts.
    const isPointless = name === 'currency' && (view.currency === 'native' || (view.facets?.currencies.length ?? 0) < 2)
    return (metric.dimensions as readonly string[]).includes(name) && !isPointless
  })
  if (offered.length === 0 || IS_SHARED) return null
  const options = [{ id: 'all', label: 'All' } as const, ...offered.map((id) => ({ id, label: DIMENSION_LABEL[id] }))]
  return (
    <Segmented
      className="max-w-full overflow-x-auto"
      label="Break down by"
      options={options}
      value={by ?? 'all'}
      onChange={(next) => choose({ by: next === 'all' ? undefined : next, compare: undefined, mark_of: undefined })}
    />
  )
}

function emptyOf({ view, whole, metric }: ChartProps, hasSeries: boolean) {
  if (whole.isLoading || (hasSeries && whole.foreign.length === 0)) return {}
  const isFiltered = whole.foreign.length > 0
  if (!isFiltered && whole.isAbsent) {
    return { empty: <EmptyState title="Not known">The key doesn’t have access to this data.</EmptyState> }
  }
  return {
    empty: (
      <EmptyState title={isFiltered ? 'Not known with these filters' : 'Nothing to show'}>
        {isFiltered ? `${metric.label} ${reasonUnknown(whole.foreign, undefined)?.toLowerCase()}. Clear the filter to see it.` : whyNothing(metric, canReachBack(view))}
      </EmptyState>
    ),
  }
}

/** The metric of everything over time. */
export function Whole(props: ChartProps) {
  const { view, metric, whole, open } = props
  const currency = whole.currency ?? 'usd'
  const points = useMemo(() => whole.figures[0]?.series.points ?? [], [whole.figures])
  const series = useMemo(
    () => [{ id: metric.id, name: metric.label, colorToken: '--series-1', values: points.map(({ value }) => value) }],
    [metric, points],
  )
  const [table, isSeen] = useInView()
  const edges = useEdges(view, metric, points)
  const counts = useCounts(view, metric, { points, currency, isSeen })
  const columns = useMemo(() => periodColumns({ metric, currency, view, open, counts }), [metric, currency, view, open, counts])
  const rows = useMemo(() => periodRows(metric, points, edges), [metric, points, edges])
  const isSummed = metric.measure === 'flow'
  return (
    <>
      <SeriesChart
        buckets={points}
        chart={isSummed ? 'columns' : 'line'}
        controls={<ByControl metric={metric} view={view} />}
        currency={currency}
        error={whole.error}
        hint="Click to see what is behind it"
        isLoading={whole.isLoading}
        isStale={whole.isStale}
        isSummed={isSummed}
        label={`${metric.label} over time. The table has every figure.`}
        metric={metric.id}
        series={series}
        title={`${metric.label}, ${rangeName(view.period)}`}
        unit={metric.unit}
        view={view}
        {...emptyOf(props, points.some(({ value }) => value !== null))}
        {...(isSummed && points.some(({ value }) => value !== null) && !points.some(({ value }) => value) ? { empty: <NoColumns view={view} /> } : {})}
        onMark={({ index }) => {
          const point = points[index]
          if (point) open(point, '')
        }}
        onRetry={whole.refetch}
      />
      {points.length > 0 && (
        <TableCard
          ref={table}
          title="By period"
          {...(rows.at(-1)?.against ? { lead: 'The running period is compared with as many days of the one before it.' } : {})}
          file={{ name: fileName(view.connection.name, metric.label), table: () => fileOfRows(columns, rows) }}
        >
          <DataTable
            columns={columns}
            // What is ahead begins with what comes next.
            initialSort={[{ id: 'start_on', desc: !metric.looks_ahead }]}
            isStale={whole.isStale}
            label={`${metric.label} by period`}
            rowKey={(row) => row.start_on}
            rows={rows}
            shownAtFirst={24}
          />
        </TableCard>
      )}
    </>
  )
}

/** The parts of the metric beside each other: on the chart, and all of them in the table. */
export function BrokenDown(props: ChartProps & { by: BreakdownName }) {
  const { view, metric, whole, open, by } = props
  const search = route.useSearch()
  const choose = useChoices()
  const parts = useFigures(view, metric, { by })
  const currency = whole.currency ?? 'usd'
  const isWhole = isAdditive(metric)
  const style = isWhole ? (search.style ?? 'lines') : 'lines'
  const { facets } = view
  const figures = useMemo(
    () =>
      parts.figures
        .filter(({ value, before }) => value || before)
        .map((part) => ({ ...part, label: groupLabel(by, part.series.group, facets) }))
        .toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0)),
    [parts.figures, by, facets],
  )
  const compared = useMemo(() => comparedOf(figures, search.compare), [figures, search.compare])
  const colors = useMemo(() => colorsOf(figures, compared), [figures, compared])
  const { buckets, series } = useMemo(
    () => seriesOf(figures, colors, { hasOthers: style !== 'lines' }),
    [figures, colors, style],
  )
  const toggle = useCallback((key: string) => choose({ compare: switched(compared, key) }), [choose, compared])
  const overlap = overlapOf(metric, by, figures, whole.figures[0])
  const columns = useMemo(
    () => groupColumns({ view, metric, currency, by, colors, toggle, whole: whole.figures[0], isWhole, hasShares: isWhole && overlap === null }),
    [view, metric, currency, by, colors, toggle, whole.figures, isWhole, overlap],
  )
  const name = DIMENSION_LABEL[by].toLowerCase()
  const isAll = series.length >= figures.length || style !== 'lines'
  return (
    <>
      <SeriesChart
        buckets={buckets}
        chart={style}
        controls={
          <div className="no-print flex max-w-full flex-wrap gap-2">
            {isWhole && (
              <Segmented
                label="Chart"
                options={STYLES}
                value={style}
                onChange={(next) => choose({ style: next === 'lines' ? undefined : next })}
              />
            )}
            <ByControl by={by} metric={metric} view={view} />
          </div>
        }
        currency={currency}
        error={parts.error}
        hint="Click to see what is behind it"
        isLoading={parts.isLoading}
        isStale={parts.isStale}
        label={`${metric.label} by ${name}: ${series.map((one) => one.name).join(', ')}. The table has every figure.`}
        metric={metric.id}
        series={series}
        title={`${metric.label} by ${name}, ${rangeName(view.period)}`}
        totalName={isWhole && metric.unit === 'money' && style === 'columns' ? 'Total' : undefined}
        unit={metric.unit}
        view={view}
        {...(isAll
          ? {}
          : { note: `${formatCount(series.length)} of ${formatCount(figures.length)} are plotted. Switch others on in the table below.` })}
        {...emptyOf(props, figures.length > 0)}
        onMark={({ seriesId, index }) => {
          const point = buckets[index]
          if (point) open(point, seriesId)
        }}
        onRetry={parts.refetch}
      />
      <TableCard
        lead={[`Plot up to ${COMPARED_AT_MOST} rows.`, overlap].filter(Boolean).join(' ')}
        title={`By ${name}`}
        file={{ name: fileName(view.connection.name, metric.label, `by ${name}`), table: () => partsFile(metric, currency, figures) }}
      >
        {parts.isLoading ? (
          <CardSkeleton rows={6} />
        ) : (
          figures.length > 0 && (
            <DataTable
              columns={columns}
              initialSort={[{ id: 'value', desc: true }]}
              isStale={parts.isStale}
              label={`${metric.label} by ${name}`}
              rowKey={(row) => row.key}
              rows={figures}
              shownAtFirst={24}
            />
          )
        )}
      </TableCard>
    </>
  )
}

function TableCard({
  ref,
  title,
  lead,
  file,
  children,
}: {
  ref?: Ref<HTMLElement>
  title: string
  lead?: string
  file: { name: string; table: () => ExportTable }
  children: ReactNode
}) {
  return (
    <section ref={ref} aria-label={title} className="card min-w-0 pb-2">
      <CardHead lead={lead} title={title}>
        <DownloadTable {...file} />
      </CardHead>
      {children}
    </section>
  )
}
