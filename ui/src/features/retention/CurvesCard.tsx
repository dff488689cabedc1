import { useCallback, useMemo, useState } from 'react'

import { ChartCard } from '~/charts/ChartCard'
import { curvePlot } from '~/charts/curvePlot'
import { DefinitionButton } from '~/charts/Definition'
import { fileName } from '~/charts/export'
import { Legend } from '~/charts/Legend'
import { seriesToken } from '~/charts/palette'
import { captionOf } from '~/charts/caption'
import type { ChartSeries } from '~/charts/seriesPlot'
import type { Column } from '~/components/DataTable'
import { EmptyState } from '~/components/Feedback'
import { canReachBack } from '~/features/controls/advice'
import { formatBucket } from '~/format/date'
import { fileValue, formatValue } from '~/format/value'
import { DIMENSION_LABEL } from '~/view/groupLabels'
import type { CohortWhat, DimensionName } from '~/view/pageSearch'
import type { View } from '~/view/useView'

import { curveOf } from './cohorts'
import { lackingText } from './lacking'
import type { CohortData } from './useCohorts'
import { UNIT, WHAT_FORMULA, WHAT_TITLE, stepName } from './words'

const ALL = 'all'
const CURVES_AT_MOST = 8

interface CurvesProps {
  view: View
  what: CohortWhat
  by: DimensionName | undefined
  data: CohortData
}

/** The curve of all cohorts, and of those that started in each quarter or year; or one for each of the largest groups. */
function curvesOf(what: CohortWhat, data: CohortData): ChartSeries[] {
  const { groups, all, starts, labels } = data
  const named = groups
    ? groups.rows.map((row) => ({ row, name: formatBucket(row.key, groups.by) }))
    : starts.slice(0, CURVES_AT_MOST).map((row) => ({ row, name: labels.get(row.key) ?? row.key }))
  const curves = named.map(({ row, name }, index) => ({ id: row.key, name, colorToken: seriesToken(index), values: curveOf(what, row) }))
  const main = all && { id: ALL, name: 'All', colorToken: '--ink', values: curveOf(what, all) }
  return [...(main ? [main] : []), ...curves].filter(({ values }) => values.length > 0)
}

interface StepRow {
  index: number
}

function tableOf(series: readonly ChartSeries[], { what, data: { currency, interval } }: CurvesProps) {
  const length = Math.max(0, ...series.map(({ values }) => values.length))
  const rows = Array.from({ length }, (_, index): StepRow => ({ index }))
  const columns: Column<StepRow>[] = [
    { id: 'step', header: 'Since start', sortBy: ({ index }) => index, cell: ({ index }) => stepName(interval, index) },
    ...series.map(({ id, name, values }): Column<StepRow> => ({
      id: `series:${id}`,
      header: name,
      isNumeric: true,
      sortBy: ({ index }) => values[index] ?? null,
      cell: ({ index }) => formatValue(values[index], UNIT[what], currency),
    })),
  ]
  const file = () => ({
    columns: [`${interval}s_since_start`, ...series.map(({ name }) => name)],
    rows: rows.map(({ index }) => [index, ...series.map(({ values }) => fileValue(values[index], UNIT[what], currency))]),
  })
  return { table: { columns, rows, rowKey: ({ index }: StepRow) => String(index) }, file }
}

/** How fast what started together gets less, or earns back: newer starts against older ones, or group against group. */
export function CurvesCard(props: CurvesProps) {
  const { view, what, by, data } = props
  const { interval, currency, isLoading } = data
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const series = useMemo(() => curvesOf(what, data), [what, data])
  const plot = useCallback(
    () =>
      curvePlot({
        unit: UNIT[what],
        currency,
        series: series.filter(({ id }) => !hidden.has(id)),
        mainId: ALL,
        stepName: (index) => stepName(interval, index),
        axisName: `${stepName(interval, 0).slice(0, -2)}s since start`,
        isShare: what === 'customers',
      }),
    [what, currency, series, hidden, interval],
  )
  const { table, file } = tableOf(series, props)
  const title = `${WHAT_TITLE[what]} by ${by ? DIMENSION_LABEL[by].toLowerCase() : `start ${data.groups?.by ?? 'month'}`}`
  const toggle = (id: string) => {
    const next = new Set(hidden)
    if (!next.delete(id)) next.add(id)
    setHidden(next)
  }
  return (
    <ChartCard
      caption={captionOf(view)}
      definition={<DefinitionButton formula={WHAT_FORMULA[what]} label={WHAT_TITLE[what]} page="cohorts" />}
      error={data.error}
      file={{ name: fileName(view.connection.name, title), table: file }}
      isLoading={isLoading}
      isStale={data.isStale}
      label={`${title}: curves of ${series.map(({ name }) => name).join(', ')} over the ${interval}s since their start. The table view has every figure.`}
      legend={series.length > 1 && <Legend hidden={hidden} items={series} onToggle={toggle} />}
      metric="cohorts"
      note={`Each point averages the customers who have been around that long; a curve ends where they are fewer than half. The current ${interval} is left out.${data.isIncomplete ? ` Some points are not complete: ${lackingText(data.lacking)}.` : ''}`}
      plot={plot}
      table={table}
      title={title}
      {...(!isLoading && series.length === 0
        ? { empty: <EmptyState title="Too early for a curve">Curves appear when the first {interval} is over.{canReachBack(view) && ' Choose a longer range to see earlier customers.'}</EmptyState> }
        : {})}
      onRetry={data.refetch}
    />
  )
}
