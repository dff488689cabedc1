import { useMemo } from 'react'

import type { Currency, ValuePoint } from '~/api/types'
import { bucketName } from '~/charts/buckets'
import { fileName } from '~/charts/export'
import { CardHead } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { DataTable, fileOfRows } from '~/components/DataTable'
import { DownloadTable } from '~/components/DownloadTable'
import { CardSkeleton, ErrorState } from '~/components/Feedback'
import { formatRange } from '~/format/date'
import { INTERVAL_LABEL } from '~/format/names'
import { fileValue } from '~/format/value'
import { valueOf } from '~/view/figure'
import type { View } from '~/view/useView'

import type { MetricLine } from './MetricsChart'
import { useMetricLines } from './MetricsChart'
import type { OpenValueFn } from './openValue'
import { useOpenValue } from './openValue'
import { ValueButton } from './ValueButton'

type Lines = ReturnType<typeof useMetricLines>['lines']

interface PeriodsProps {
  view: View
  title: string
  metrics: readonly Omit<MetricLine, 'colorToken'>[]
  /** The metrics that a narrow page has room for. */
  narrow: readonly string[]
}

interface PeriodRow extends ValuePoint {
  /** The value of each metric, in the metrics' order. */
  values: (number | null | undefined)[]
}

function rowsOf(lines: Lines): PeriodRow[] {
  const periods = lines.find(({ points }) => points.length > 0)?.points ?? []
  const at = lines.map(({ points }) => new Map(points.map(({ start_on, value }) => [start_on, value])))
  return periods.map((period) => ({ ...period, values: at.map((values) => values.get(period.start_on)) }))
}

interface PeriodsTable {
  view: View
  lines: Lines
  currency: Currency
  narrow: readonly string[]
  open: OpenValueFn | undefined
}

function columnsOf({ view, lines, currency, narrow, open }: PeriodsTable): Column<PeriodRow>[] {
  const { start, end, interval } = view.period
  const periodOf = (row: PeriodRow) => bucketName(row, interval, view.today)
  const hasTotals = lines.some(({ metric }) => metric.measure === 'flow')
  return [
    {
      id: 'start_on',
      header: 'Period',
      sortBy: (row) => row.start_on,
      value: (row) => row.start_on,
      cell: (row) => <span className="whitespace-nowrap">{periodOf(row)}</span>,
      ...(hasTotals ? { total: () => 'Total' } : {}),
    },
    ...lines.map(({ id, metric, name, points }, index): Column<PeriodRow> => {
      const shared = { metric, currency, name, open }
      return {
        id,
        header: name ?? metric.label,
        isNumeric: true,
        isWideOnly: !narrow.includes(id),
        sortBy: ({ values }) => values[index] ?? null,
        value: ({ values }) => fileValue(values[index], metric.unit, currency),
        cell: (row) => <ValueButton {...shared} days={{ from: row.start_on, to: row.end_on }} of={periodOf(row)} value={row.values[index]} />,
        ...(metric.measure === 'flow'
          ? { total: () => <ValueButton {...shared} days={{ from: start, to: end }} of={formatRange(start, end)} value={valueOf('flow', points)} /> }
          : {}),
      }
    }),
  ]
}

/** Several metrics beside each other, one period a row: all figures of a page as a table and a file. */
export function PeriodsCard({ view, title, metrics, narrow }: PeriodsProps) {
  const lines = useMemo(() => metrics.map((metric) => ({ ...metric, colorToken: '' })), [metrics])
  const data = useMetricLines(view, lines)
  const open = useOpenValue()
  const currency = data.currency ?? 'usd'
  const rows = rowsOf(data.lines)
  const columns = columnsOf({ view, lines: data.lines, currency, narrow, open })
  if (!data.isLoading && !data.error && rows.length === 0) return null
  const interval = INTERVAL_LABEL[view.period.interval].toLowerCase()
  return (
    <section aria-label={title} className="card min-w-0 pb-2">
      <CardHead title={`${title} by ${interval}`}>
        <DownloadTable
          isDisabled={rows.length === 0}
          name={fileName(view.connection.name, title, `by ${interval}`)}
          table={() => fileOfRows(columns, rows)}
        />
      </CardHead>
      {data.error && <ErrorState error={data.error} onRetry={data.refetch} />}
      {data.isLoading && <CardSkeleton rows={8} />}
      {rows.length > 0 && (
        <DataTable
          columns={columns}
          initialSort={[{ id: 'start_on', desc: true }]}
          isStale={data.isStale}
          label={`${title} by ${interval}`}
          rowKey={(row) => row.start_on}
          rows={rows}
          shownAtFirst={13}
        />
      )}
    </section>
  )
}
