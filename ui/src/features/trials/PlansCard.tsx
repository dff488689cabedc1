import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import { registryQuery } from '~/api/queries'
import type { MetricDefinition } from '~/api/types'
import { fileName } from '~/charts/export'
import { CardHead } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { DataTable, fileOfRows } from '~/components/DataTable'
import { DownloadTable } from '~/components/DownloadTable'
import { CardSkeleton, ErrorState } from '~/components/Feedback'
import { partBehind } from '~/features/metrics/openable'
import type { OpenValueFn } from '~/features/metrics/openValue'
import { useOpenValue } from '~/features/metrics/openValue'
import { useParts } from '~/features/metrics/useParts'
import { ValueButton } from '~/features/metrics/ValueButton'
import { formatRange } from '~/format/date'
import type { View } from '~/view/useView'

interface PlanRow {
  key: string
  label: string
  started: number
  converted: number
}

const TITLE = 'Trials by plan'
const RATE = 'trial_conversion_rate'
const NO_METRICS: MetricDefinition[] = []

const rateOf = ({ started, converted }: Pick<PlanRow, 'started' | 'converted'>) => (started === 0 ? null : converted / started)

const sumOf = (rows: readonly PlanRow[], of: 'started' | 'converted') => rows.reduce((sum, row) => sum + row[of], 0)

interface PlansTable {
  view: View
  metrics: readonly MetricDefinition[]
  open: OpenValueFn | undefined
}

function columnsOf({ view, metrics, open }: PlansTable): Column<PlanRow>[] {
  const { start, end } = view.period
  const valueOf = (id: string, value: number | null, row?: PlanRow): ReactNode => {
    const metric = metrics.find((one) => one.id === id)
    const part = row && partBehind('plan', row.key)
    const shared = { value, currency: 'usd', days: { from: start, to: end } }
    return (
      metric && (
        <ValueButton {...shared} metric={metric} of={row?.label ?? formatRange(start, end)} open={row && !part ? undefined : open} part={part} />
      )
    )
  }
  return [
    {
      id: 'plan',
      header: 'Plan',
      sortBy: ({ label }) => label.toLowerCase(),
      value: ({ label }) => label,
      cell: ({ label }) => <bdi className="block min-w-24 wrap-anywhere">{label}</bdi>,
      total: () => 'Total',
    },
    {
      id: 'trials_started',
      header: 'Started',
      isNumeric: true,
      sortBy: ({ started }) => started,
      value: ({ started }) => started,
      cell: (row) => valueOf('trials_started', row.started, row),
      total: (rows) => valueOf('trials_started', sumOf(rows, 'started')),
    },
    {
      id: 'trials_converted',
      header: 'Converted',
      isNumeric: true,
      sortBy: ({ converted }) => converted,
      value: ({ converted }) => converted,
      cell: (row) => valueOf('trials_converted', row.converted, row),
      total: (rows) => valueOf('trials_converted', sumOf(rows, 'converted')),
    },
    {
      id: RATE,
      header: 'Rate',
      isNumeric: true,
      sortBy: rateOf,
      value: rateOf,
      cell: (row) => <span className="font-medium">{valueOf(RATE, rateOf(row), row)}</span>,
      total: (rows) => valueOf(RATE, rateOf({ started: sumOf(rows, 'started'), converted: sumOf(rows, 'converted') })),
    },
  ]
}

/** Which plans are tried, and which of them are kept. */
export function PlansCard({ view }: { view: View }) {
  const started = useParts(view, 'trials_started', 'plan')
  const converted = useParts(view, 'trials_converted', 'plan')
  const rows = useMemo(
    () =>
      started.parts.map(({ key, label, value }): PlanRow => ({
        key,
        label,
        started: value,
        converted: converted.parts.find((one) => one.key === key)?.value ?? 0,
      })),
    [started.parts, converted.parts],
  )
  const registry = useQuery(registryQuery)
  const open = useOpenValue()
  const columns = useMemo(() => columnsOf({ view, metrics: registry.data ?? NO_METRICS, open }), [view, registry.data, open])
  const isLoading = started.isLoading || converted.isLoading
  const error = started.error ?? converted.error
  return (
    <section aria-label={TITLE} className="card min-w-0 pb-2">
      <CardHead lead={`Started ${formatRange(view.period.start, view.period.end)}, converted so far`} title={TITLE}>
        <DownloadTable
          isDisabled={rows.length === 0}
          name={fileName(view.connection.name, TITLE)}
          table={() => fileOfRows(columns, rows)}
        />
      </CardHead>
      {error && <ErrorState error={error} onRetry={started.refetch} />}
      {isLoading && <CardSkeleton rows={5} />}
      {!isLoading && !error && rows.length === 0 && (
        <p className="px-4 pb-3 text-sm text-ink-soft sm:px-5">No trial started in this range.</p>
      )}
      {!isLoading && rows.length > 0 && (
        <DataTable
          columns={columns}
          initialSort={[{ id: 'trials_started', desc: true }]}
          isStale={started.isStale}
          label={TITLE}
          rowKey={({ key }) => key}
          rows={rows}
          shownAtFirst={12}
        />
      )}
    </section>
  )
}
