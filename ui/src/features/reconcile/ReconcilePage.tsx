import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'

import { reconcileQuery } from '~/api/queries'
import type { ReconcileMonth } from '~/api/types'
import { fileName, saveCsv } from '~/charts/export'
import { Button } from '~/components/Button'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { Banner, EmptyState, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { PageHead } from '~/components/PageHead'
import { Segmented } from '~/components/Segmented'
import { formatMonth } from '~/format/date'
import { majorText } from '~/format/money'
import { reasonName } from '~/format/names'
import { countOf } from '~/format/number'
import { compact } from '~/view/search'
import { useFallback } from '~/view/useFallback'
import { useTitle } from '~/view/useTitle'
import { useView } from '~/view/useView'

import { RestatedMonths } from './RestatedMonths'

const route = getRouteApi('/app/c/$connectionId/reconcile')

/** Every reason that occurs, in the server's order. */
function reasonsOf(months: readonly ReconcileMonth[]): string[] {
  return [...new Set(months.flatMap((month) => month.left_out.map(({ reason }) => reason)))]
}

const leftOut = (month: ReconcileMonth, reason: string) => month.left_out.find((one) => one.reason === reason)?.amount_minor ?? 0

function columnsOf(months: readonly ReconcileMonth[]): Column<ReconcileMonth>[] {
  const amount = (
    id: string,
    header: string,
    of: (month: ReconcileMonth) => number,
    isStrong = false,
  ): Column<ReconcileMonth> => ({
    id,
    header,
    isNumeric: true,
    sortBy: of,
    cell: (month) =>
      of(month) === 0 && !isStrong ? (
        <span className="text-ink-faint">–</span>
      ) : (
        <Money className={isStrong ? 'font-semibold' : ''} currency={month.currency} minor={of(month)} />
      ),
  })
  return [
    {
      id: 'month',
      header: 'Month',
      sortBy: (month) => month.month_on,
      cell: (month) => <span className="num">{formatMonth(month.month_on)}</span>,
    },
    amount('paid', 'Paid', (month) => month.total_minor, true),
    amount('used', 'Counted in MRR', (month) => month.used_minor),
    ...reasonsOf(months).map((reason) => amount(`left:${reason}`, reasonName(reason), (month) => leftOut(month, reason))),
    {
      id: 'unexplained',
      header: 'Unexplained',
      isNumeric: true,
      sortBy: (month) => Math.abs(month.unexplained_minor),
      cell: (month) => (
        <span className={month.unexplained_minor === 0 ? 'text-up' : 'font-semibold text-down'}>
          <Money currency={month.currency} minor={month.unexplained_minor} />
          {month.unexplained_invoices.length > 0 && (
            <span className="block max-w-40 truncate text-xs font-normal" title={month.unexplained_invoices.join(', ')}>
              {month.unexplained_invoices.join(', ')}
            </span>
          )}
        </span>
      ),
    },
  ]
}

function saveMonths(name: string, months: readonly ReconcileMonth[]) {
  const reasons = reasonsOf(months)
  saveCsv(
    {
      columns: ['month', 'currency', 'paid', 'used', ...reasons, 'unexplained'],
      rows: months.map((month) => [
        month.month_on,
        month.currency,
        ...[month.total_minor, month.used_minor, ...reasons.map((reason) => leftOut(month, reason)), month.unexplained_minor].map(
          (minor) => majorText(minor, month.currency),
        ),
      ]),
    },
    fileName(name, 'reconcile'),
  )
}

/** What was paid, what the ledger counted of it, and what it left out and why: nothing may be unexplained. */
export function ReconcilePage() {
  const view = useView()
  const { connection } = view
  useTitle('Reconcile', connection.name)
  const { of } = route.useSearch()
  const navigate = route.useNavigate()
  const { start: from, end: to } = view.period
  const query = useQuery(reconcileQuery(connection.id, { from, to }))
  useFallback(view, query.error)
  const currencies = useMemo(() => [...new Set(query.data?.months.map((month) => month.currency))], [query.data])
  const shown =
    of && currencies.includes(of)
      ? of
      : currencies.includes(connection.reporting_currency ?? '')
        ? connection.reporting_currency
        : currencies[0]
  const months = useMemo(() => query.data?.months.filter((month) => month.currency === shown) ?? [], [query.data, shown])
  const columns = useMemo(() => columnsOf(months), [months])
  const unexplained = query.data?.months.filter((month) => month.unexplained_minor !== 0).length ?? 0
  return (
    <>
      <PageHead title="Reconcile" />
      <div className="no-print flex flex-wrap items-center gap-2">
        {currencies.length > 1 && shown && (
          <Segmented
            label="Currency"
            options={currencies.map((id) => ({ id, label: id.toUpperCase() }))}
            value={shown}
            onChange={(next) => void navigate({ search: (before) => compact({ ...before, of: next }), replace: true })}
          />
        )}
        <Button
          isDisabled={months.length === 0}
          size="small"
          onPress={() => saveMonths(connection.name, query.data?.months ?? [])}
        >
          Download CSV
        </Button>
      </div>
      {query.data && query.data.months.length > 0 && (
        <Banner
          title={unexplained === 0 ? 'Every payment is accounted for' : `${countOf(unexplained, 'month doesn’t', 'months don’t')} add up`}
          tone={unexplained === 0 ? 'good' : 'danger'}
        >
          {unexplained === 0
            ? 'Paid equals counted plus left out, to the cent, in every month and currency shown.'
            : 'The last column shows by how much. Usually, history is still loading.'}
        </Banner>
      )}
      <section aria-label="By month" className="card py-2">
        {query.error && !query.data && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
        {!query.data && !query.error && (
          <div className="px-4 sm:px-5">
            <SkeletonRows rows={12} />
          </div>
        )}
        {query.data && months.length === 0 && (
          <EmptyState title="No invoices were paid in this period">Choose a longer range.</EmptyState>
        )}
        {months.length > 0 && (
          <DataTable
            columns={columns}
            initialSort={[{ id: 'month', desc: true }]}
            isStale={query.isPlaceholderData}
            label="Paid, counted and left out by month"
            rowKey={(month) => month.month_on}
            rows={months}
          />
        )}
      </section>
      <RestatedMonths connection={connection} />
    </>
  )
}
