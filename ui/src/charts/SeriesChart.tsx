/**
 * A card with any series over periods: a chart whose legend switches series, the same figures as a table, CSV and PNG. Periods that
 * still run are dashed or hatched, and "so far" in words. A page gives the series and what a click on a mark opens:
 *
 *     <SeriesChart buckets={points} chart="line" metric="arr" series={[{ id: 'arr', name: 'ARR', colorToken: '--series-1', values }]}
 *       title="ARR" unit="money" currency="usd" view={view} />
 */
import { useCallback, useMemo, useState } from 'react'
import type { ReactNode } from 'react'

import type { Currency, Unit } from '~/api/types'
import type { Column } from '~/components/DataTable'
import { Skeleton } from '~/components/Feedback'
import { unshared } from '~/view/unshared'
import type { View } from '~/view/useView'

import { ChartCard } from './ChartCard'
import type { ChartCardProps } from './ChartCard'
import type { Bucket } from './buckets'
import { captionOf } from './caption'
import { fileName } from './export'
import type { ExportTable } from './export'
import { Legend } from './Legend'
import type { LegendItem } from './Legend'
import type { Mark } from './listen'
import type { ChartSeries, ChartStyle } from './seriesPlot'
import { seriesPlot } from './seriesPlot'
import type { SeriesRow } from './seriesTable'
import { columnsOf, fileOf, rowsOf } from './seriesTable'

type Frame = Pick<
  ChartCardProps<SeriesRow>,
  'title' | 'metric' | 'height' | 'controls' | 'note' | 'empty' | 'isLoading' | 'isStale' | 'error' | 'onRetry' | 'children'
>

export interface SeriesChartProps extends Frame {
  view: View
  unit: Unit
  currency: Currency
  chart: ChartStyle
  buckets: readonly Bucket[]
  series: readonly ChartSeries[]
  /** What the chart shows, for people who can't see it. */
  label: string
  /** Beside each name in the legend. */
  figureOf?: (series: ChartSeries) => ReactNode
  /** After the names in the legend. */
  legendEnd?: ReactNode
  /** The sum of the series, where it says something: `Net`, `Total`. */
  totalName?: string | undefined
  /** Whether periods add up. */
  isSummed?: boolean
  isSigned?: boolean
  /** Whether the axis of a line chart shows where the values are instead of beginning at 0. */
  isZoomed?: boolean
  /** In the table, after the series. */
  moreColumns?: readonly Column<SeriesRow>[]
  /** The file, where it is more than what is drawn. */
  file?: () => ExportTable
  /** Its name, where it is not that of the chart. */
  fileName?: string
  onMark?: ((mark: Mark) => void) | undefined
  /** Says in the tooltip what a click does. */
  hint?: string
}

function useHidden() {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const toggle = useCallback(
    (id: string) =>
      setHidden((before) => {
        const next = new Set(before)
        if (!next.delete(id)) next.add(id)
        return next
      }),
    [],
  )
  return { hidden, toggle }
}

export function SeriesChart(props: SeriesChartProps) {
  const { view, unit, currency, chart, buckets, series, totalName, isZoomed = false, hint = '' } = props
  const onMark = unshared(props.onMark)
  const { interval } = view.period
  const { hidden, toggle } = useHidden()
  const shown = useMemo(() => series.filter(({ id }) => !hidden.has(id)), [hidden, series])
  // The sum of some of the series would be taken for that of all.
  const isWhole = shown.length === series.length
  const { is_history_complete, reaches_back_on, exact_from_on: exactFromOn } = view.connection
  const reachesBackOn = is_history_complete ? null : reaches_back_on
  const { today } = view
  const shownHint = onMark ? hint : ''
  const plot = useCallback(
    () =>
      seriesPlot({
        style: chart,
        unit,
        currency,
        interval,
        buckets,
        series: shown,
        today,
        totalName: isWhole ? totalName : undefined,
        hint: shownHint,
        isZoomed,
        reachesBackOn,
        exactFromOn,
      }),
    [chart, unit, currency, interval, buckets, shown, today, isWhole, totalName, shownHint, isZoomed, reachesBackOn, exactFromOn],
  )
  const { isSummed = false, isSigned = false } = props
  const table = useMemo(
    () => ({ unit, currency, interval, today, buckets, series, isSummed, isSigned, totalName, onMark }),
    [unit, currency, interval, today, buckets, series, isSummed, isSigned, totalName, onMark],
  )
  const { moreColumns } = props
  const columns = useMemo(() => [...columnsOf(table), ...(moreColumns ?? [])], [table, moreColumns])
  const rows = useMemo(() => rowsOf(buckets), [buckets])
  return (
    <ChartCard
      {...props}
      buckets={buckets}
      caption={captionOf(view)}
      file={{ name: props.fileName ?? fileName(view.connection.name, props.title), table: props.file ?? (() => fileOf(table)) }}
      legend={<SeriesLegend {...props} hidden={hidden} toggle={toggle} />}
      plot={plot}
      table={{ columns, rows, rowKey: (row) => row.start_on }}
      onMark={onMark}
    />
  )
}

function SeriesLegend(props: SeriesChartProps & { hidden: ReadonlySet<string>; toggle: (id: string) => void }) {
  const { series, figureOf, legendEnd, hidden, toggle, isLoading = false, error } = props
  if (isLoading) return props.figureOf || series.length > 1 ? <Skeleton className="h-5 w-3/5" /> : null
  if (error || (series.length < 2 && !figureOf)) return null
  const items = series.map((one): LegendItem => ({ ...one, ...(figureOf ? { figure: figureOf(one) } : {}) }))
  return (
    <Legend hidden={hidden} items={items} onToggle={toggle}>
      {legendEnd}
    </Legend>
  )
}
