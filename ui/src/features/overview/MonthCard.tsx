import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'

import type { Currency } from '~/api/types'
import { SeriesChart } from '~/charts/SeriesChart'
import { Change } from '~/components/Change'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { EmptyState } from '~/components/Feedback'
import { Segmented } from '~/components/Segmented'
import { addMonths, firstOfMonth, formatDayOfMonth, formatMonth, lastOfMonth, monthName } from '~/format/date'
import { formatValue } from '~/format/value'
import { changeOf } from '~/view/figure'
import { PACES } from '~/view/pageSearch'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'
import { overRange } from '~/view/useView'

import { MetricLink } from './MetricLink'
import type { Pace } from './month'
import { addedUp, daysOfBoth, daysUntil, paceOf, sameDay } from './month'
import type { Days } from './useDays'

const route = getRouteApi('/app/c/$connectionId/overview')

type Name = (typeof PACES)[number]

const SHORT: Record<Name, string> = {
  net_new_mrr: 'Net new MRR',
  new_customers: 'New customers',
  payments_collected: 'Collected',
  net_revenue: 'Net revenue',
}

interface Line extends Pace {
  id: Name
  label: string
}

/** How this month goes, beside the last one on the same day. */
export function MonthCard({ view: given, currency, days }: { view: View; currency: Currency; days: Days }) {
  const { today } = given
  const view = useMemo(() => overRange(given, 'month'), [given])
  const { pace = 'net_new_mrr' } = route.useSearch()
  const navigate = route.useNavigate()
  const { metrics, daily } = days
  const last = addMonths(firstOfMonth(today), -1)
  const { buckets, series } = useMemo(() => {
    const all = daysOfBoth(today)
    const now = addedUp(daily.get(pace), daysUntil(today))
    const before = addedUp(daily.get(pace), daysUntil(lastOfMonth(last)))
    const at = (values: readonly (number | null)[]) => all.map((_, index) => values[index] ?? null)
    return {
      buckets: all.map((day) => ({ start_on: day, end_on: day, is_partial: day === today })),
      series: [
        { id: 'now', name: formatMonth(today, { long: true }), colorToken: '--series-1', values: at(now) },
        { id: 'before', name: formatMonth(last, { long: true }), colorToken: '--fx', values: at(before), isOver: true },
      ],
    }
  }, [daily, pace, today, last])
  const lines = useMemo(
    () =>
      PACES.flatMap((id): Line[] => {
        const metric = metrics.get(id)
        return metric ? [{ id, label: metric.label, ...paceOf(daily.get(id), today) }] : []
      }),
    [metrics, daily, today],
  )
  const columns = useMemo((): Column<Line>[] => {
    const figure = (id: Name, value: number | null) => formatValue(value, metrics.get(id)?.unit ?? 'money', currency)
    return [
      { id: 'name', header: 'Figure', cell: ({ id, label }) => <MetricLink id={id} label={label} view={given} /> },
      {
        id: 'now',
        header: `${monthName(today)} so far`,
        isNumeric: true,
        cell: ({ id, now }) => <span className="font-semibold">{figure(id, now)}</span>,
      },
      {
        id: 'before',
        header: `By ${formatDayOfMonth(sameDay(today))}`,
        isNumeric: true,
        isWideOnly: true,
        cell: ({ id, before }) => figure(id, before),
      },
      {
        id: 'change',
        header: 'Pace',
        isNumeric: true,
        cell: ({ id, now, before }) => {
          const metric = metrics.get(id)
          return metric && <Change change={changeOf(metric.measure, now, before)} currency={currency} metric={metric} />
        },
      },
      {
        id: 'whole',
        header: `All of ${monthName(last)}`,
        isNumeric: true,
        isWideOnly: true,
        cell: ({ id, whole }) => <span className="text-ink-soft">{figure(id, whole)}</span>,
      },
    ]
  }, [metrics, currency, given, today, last])
  const isUnknown = !days.isLoading && series[0]?.values[0] === null
  return (
    <SeriesChart
      buckets={buckets}
      chart="lines"
      controls={
        <Segmented
          className="max-w-full overflow-x-auto"
          label="Compare"
          options={PACES.filter((id) => metrics.has(id)).map((id) => ({ id, label: SHORT[id] }))}
          value={pace}
          onChange={(next) =>
            void navigate({
              search: (before) => compact({ ...before, pace: next === 'net_new_mrr' ? undefined : next }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      }
      currency={currency}
      error={days.error}
      height={340}
      isLoading={days.isLoading}
      label={`${SHORT[pace]} added up day by day: this month and the last one. The table has every figure.`}
      metric={pace}
      series={series}
      title="This month so far"
      unit={metrics.get(pace)?.unit ?? 'money'}
      view={view}
      {...(isUnknown ? { empty: <EmptyState title="Not known">Clear a filter, or check the key’s permissions.</EmptyState> } : {})}
      onRetry={days.refetch}
    >
      {!days.isLoading && !days.error && (
        <div className="border-t border-line pb-2">
          <DataTable columns={columns} label="This month vs. last month" rowKey={({ id }) => id} rows={lines} />
        </div>
      )}
    </SeriesChart>
  )
}
