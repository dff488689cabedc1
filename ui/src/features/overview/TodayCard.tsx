import { useMemo } from 'react'

import type { Currency, MetricDefinition, UpcomingKind } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { Change } from '~/components/Change'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { CardSkeleton, ErrorState } from '~/components/Feedback'
import type { DayRange } from '~/features/upcoming/useUpcoming'
import { daysAhead } from '~/features/upcoming/useUpcoming'
import { addDays, formatDay } from '~/format/date'
import { formatValue } from '~/format/value'
import { changeOf } from '~/view/figure'
import type { View } from '~/view/useView'

import { MetricLink } from './MetricLink'
import type { DailyName, Days } from './useDays'
import type { Ahead } from './useAhead'

interface Line {
  id: string
  label: string
  /** A list, where it has no page of its own. */
  what?: UpcomingKind
  today: number | null | undefined
  yesterday: number | null | undefined
}

const LINES: readonly DailyName[] = [
  'mrr',
  'active_customers',
  'new_customers',
  'churned_customers',
  'failed_invoices',
  'payments_collected',
  'net_revenue',
  'net_cash',
]

interface Props {
  view: View
  currency: Currency
  days: Days
  ahead: Ahead
  /** Opens what is ahead, one by one. */
  onOpen: (what: UpcomingKind, days: DayRange) => void
}

/** The briefing: today as far as it is, against yesterday. */
export function TodayCard({ view, currency, days, ahead, onOpen }: Props) {
  const { today } = view
  const yesterday = addDays(today, -1)
  const { metrics, daily } = days
  const lines = useMemo(() => {
    const known = LINES.flatMap((id): Line[] => {
      const metric = metrics.get(id)
      if (metric === undefined) return []
      return [{ id, label: metric.label, today: daily.get(id)?.get(today), yesterday: daily.get(id)?.get(yesterday) }]
    })
    // What was due yesterday is over: there is nothing to compare with.
    const due: Line = { id: 'scheduled_churn', label: 'Cancellations still due', today: ahead.today, yesterday: undefined }
    const renewing: Line = { id: 'renewals', label: 'Renewals still due', today: ahead.renewals, yesterday: undefined, what: 'renewal' }
    return [...known.slice(0, 4), ...(IS_SHARED ? [] : [renewing]), due, ...known.slice(4)]
  }, [metrics, daily, today, yesterday, ahead.today, ahead.renewals])
  const columns = useMemo((): Column<Line>[] => {
    const unitOf = (id: string) => metrics.get(id)?.unit ?? 'money'
    return [
      {
        id: 'name',
        header: 'Figure',
        cell: ({ id, label, what }) =>
          what === undefined ? (
            <MetricLink id={id} label={label} view={view} />
          ) : (
            <button className="link text-left" type="button" onClick={() => onOpen(what, daysAhead(view, 1))}>
              {label}
            </button>
          ),
      },
      {
        id: 'today',
        header: 'Today so far',
        isNumeric: true,
        cell: (line) => (
          <span className="inline-flex flex-wrap items-baseline justify-end gap-x-2">
            <Moved currency={currency} line={line} metric={metrics.get(line.id)} />
            <span className="font-semibold">{formatValue(line.today, unitOf(line.id), currency)}</span>
          </span>
        ),
      },
      {
        id: 'yesterday',
        header: 'Yesterday',
        isNumeric: true,
        cell: (line) => <span className="text-ink-soft">{formatValue(line.yesterday, unitOf(line.id), currency)}</span>,
      },
    ]
  }, [metrics, currency, view, onOpen])
  return (
    <section aria-label="Today" className="card min-w-0 pb-2">
      <h2 className="px-4 pt-4 font-semibold sm:px-5">
        Today <span className="font-normal text-ink-soft">{formatDay(today)}</span>
      </h2>
      {days.error ? (
        <ErrorState error={days.error} onRetry={days.refetch} />
      ) : days.isLoading ? (
        <CardSkeleton rows={10} />
      ) : (
        <DataTable columns={columns} label="Today against yesterday" rowKey={({ id }) => id} rows={lines} />
      )}
    </section>
  )
}

/** How a level has changed. A day that has not ended is no less than a whole one: what adds up over it stands without a change. */
function Moved({ line, metric, currency }: { line: Line; metric: MetricDefinition | undefined; currency: Currency }) {
  if (metric?.measure !== 'level') return null
  const change = changeOf(metric.measure, line.today, line.yesterday)
  return change && change.amount !== 0 ? <Change change={change} className="text-xs" currency={currency} isAmount metric={metric} /> : null
}
