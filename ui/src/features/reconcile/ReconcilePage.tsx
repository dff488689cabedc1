import { useQuery } from '@tanstack/react-query'
import { Link, getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import { cashQuery, mrrQuery, mrrStatementQuery, reconcileQuery } from '~/api/queries'
import type { Day, ReconcileMonth } from '~/api/types'
import { DefinitionButton } from '~/charts/Definition'
import type { ExportTable } from '~/charts/export'
import { fileName } from '~/charts/export'
import { CardHead } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { DownloadTable } from '~/components/DownloadTable'
import { Banner, CardSkeleton, EmptyState, ErrorState } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { longerRange } from '~/features/controls/advice'
import { MissingHere } from '~/features/shell/MissingHere'
import { PageHead } from '~/components/PageHead'
import { Segmented } from '~/components/Segmented'
import { firstOfMonth, formatMonth } from '~/format/date'
import { formatMoney, moneyOf } from '~/format/money'
import { reasonName } from '~/format/names'
import { countOf } from '~/format/number'
import { sourceOf } from '~/sources'
import { compact } from '~/view/search'
import { isTogether } from '~/view/together'
import { useFallback } from '~/view/useFallback'
import { useTitle } from '~/view/useTitle'
import { keptSearch, useView } from '~/view/useView'

import { CashStatement } from './CashStatement'
import { DifferentRenewals } from './DifferentRenewals'
import { daysOfMonth, monthText, mrrByMonth } from './month'
import { MrrStatement } from './MrrStatement'
import { MovedCustomers } from './MovedCustomers'
import { PaidDrawer } from './PaidDrawer'
import { ProviderMrr } from './ProviderMrr'
import { RestatedMonths } from './RestatedMonths'

const route = getRouteApi('/app/c/$connectionId/reconcile')

const PARTS = ['charges', 'balance_transactions'] as const

/** Every reason that occurs, in the server's order. */
function reasonsOf(months: readonly ReconcileMonth[]): string[] {
  return [...new Set(months.flatMap((month) => month.left_out.map(({ reason }) => reason)))]
}

const leftOut = (month: ReconcileMonth, reason: string) => month.left_out.find((one) => one.reason === reason)?.amount_minor ?? 0

interface TotalProps {
  /** Of one currency. */
  rows: readonly ReconcileMonth[]
  of: (month: ReconcileMonth) => number
  className: string
}

function Total({ rows, of, className }: TotalProps) {
  const [first] = rows
  return first && <Money className={className} currency={first.currency} minor={rows.reduce((sum, month) => sum + of(month), 0)} />
}

interface PaidTable {
  months: readonly ReconcileMonth[]
  connectionId: string
  today: Day
  /** MRR at the end of each month. */
  mrr: ReadonlyMap<Day, number>
  /** Opens the invoices that were paid in a month. */
  open: (month_on: Day) => void
}

/** MRR at a month's end, which opens what it is made of. */
function Mrr({ month, table }: { month: ReconcileMonth; table: PaidTable }): ReactNode {
  const { mrr, connectionId, today } = table
  const minor = mrr.get(month.month_on)
  if (minor === undefined) return <span className="text-ink-faint">–</span>
  const { from, to } = daysOfMonth(month.month_on, today)
  return (
    <Link
      className="num opens font-semibold"
      params={{ connectionId, metricId: 'mrr' }}
      search={(before) => compact({ ...keptSearch(before), currency: 'native', filter_currency: [month.currency], mark_from: from, mark_to: to })}
      to="/c/$connectionId/metrics/$metricId"
    >
      {formatMoney(minor, month.currency)}
    </Link>
  )
}

function columnsOf(table: PaidTable): Column<ReconcileMonth>[] {
  const { months, today, open } = table
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
    total: (rows) => <Total className={isStrong ? 'font-semibold' : ''} of={of} rows={rows} />,
  })
  return [
    {
      id: 'month',
      header: 'Month',
      sortBy: (month) => month.month_on,
      cell: (month) => <span className="num whitespace-nowrap">{monthText(month.month_on, today)}</span>,
      total: () => 'Total',
    },
    {
      ...amount('paid', 'Paid', (month) => month.total_minor, true),
      cell: (month) => (
        <button
          aria-label={`Paid, ${formatMonth(month.month_on)}: ${formatMoney(month.total_minor, month.currency)}`}
          className="num opens font-semibold"
          type="button"
          onClick={() => open(month.month_on)}
        >
          {formatMoney(month.total_minor, month.currency)}
        </button>
      ),
    },
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
      total: (rows) => (
        <Total
          className={rows.every((month) => month.unexplained_minor === 0) ? 'text-up' : 'font-semibold text-down'}
          of={(month) => month.unexplained_minor}
          rows={rows}
        />
      ),
    },
    {
      id: 'mrr',
      header: 'MRR at month’s end',
      isNumeric: true,
      sortBy: ({ month_on }) => table.mrr.get(month_on) ?? null,
      cell: (month) => <Mrr month={month} table={table} />,
    },
  ]
}

function monthsFile(months: readonly ReconcileMonth[]): ExportTable {
  const reasons = reasonsOf(months)
  return {
    columns: ['month', 'currency', 'paid', 'used', ...reasons, 'unexplained'],
    rows: months.map((month) => [
      month.month_on,
      month.currency,
      ...[month.total_minor, month.used_minor, ...reasons.map((reason) => leftOut(month, reason)), month.unexplained_minor].map(
        (minor) => moneyOf(minor, month.currency),
      ),
    ]),
  }
}

/** From what was paid to MRR, to net cash, and to the provider's own MRR: nothing may be unexplained. */
export function ReconcilePage() {
  const view = useView()
  const { connection } = view
  useTitle('Reconcile', connection.name)
  const { of, paid_on } = route.useSearch()
  const navigate = route.useNavigate()
  const { start: from, end: to } = view.period
  const query = useQuery(reconcileQuery(connection.id, { from, to }))
  useFallback(view, query.error)
  const cash = useQuery(cashQuery(connection.id, { from, to }))
  const statement = useQuery(mrrStatementQuery(connection.id))
  const currencies = useMemo(
    () => {
      const all = [...(query.data?.months ?? []), ...(cash.data?.months ?? []), ...(statement.data?.currencies ?? [])]
      return [...new Set(all.map(({ currency }) => currency))].toSorted()
    },
    [query.data, cash.data, statement.data],
  )
  const shown =
    of && currencies.includes(of)
      ? of
      : currencies.includes(connection.reporting_currency ?? '')
        ? connection.reporting_currency
        : currencies[0]
  const months = useMemo(() => query.data?.months.filter((month) => month.currency === shown) ?? [], [query.data, shown])
  const mrr = useQuery({
    ...mrrQuery(connection.id, { from: firstOfMonth(from), to: to > view.today ? view.today : to, interval: 'month', currency: 'native' }),
    enabled: months.length > 0,
  })
  const columns = useMemo(() => {
    const open = (month_on: Day) => void navigate({ search: (before) => compact({ ...before, paid_on: month_on }), resetScroll: false })
    return columnsOf({ months, connectionId: connection.id, today: view.today, mrr: mrrByMonth(mrr.data, shown ?? undefined), open })
  }, [months, connection.id, view.today, mrr.data, shown, navigate])
  const { bill } = sourceOf(connection)
  const title = `From ${bill.allPaid} to MRR`
  const unexplained = query.data?.months.filter((month) => month.unexplained_minor !== 0).length ?? 0
  return (
    <>
      <PageHead title="Reconcile" />
      {currencies.length > 1 && shown && (
        <div className="no-print flex flex-wrap items-center gap-2">
          <Segmented
            label="Currency"
            options={currencies.map((id) => ({ id, label: id.toUpperCase() }))}
            value={shown}
            onChange={(next) => void navigate({ search: (before) => compact({ ...before, of: next }), replace: true })}
          />
        </div>
      )}
      {query.data && query.data.months.length > 0 && (
        <Banner
          title={unexplained === 0 ? `Every ${bill.paid} is accounted for` : `${countOf(unexplained, 'month doesn’t', 'months don’t')} add up`}
          tone={unexplained === 0 ? 'good' : 'danger'}
        >
          {unexplained === 0
            ? 'Paid equals counted plus left out, to the cent, in every month and currency shown.'
            : 'The last column shows by how much. Usually, history is still loading.'}
        </Banner>
      )}
      <section aria-label={title} className="card min-w-0 pb-2">
        <CardHead
          definition={
            <DefinitionButton
              formula={`What was paid is what counts in MRR and what was left out of it, by reason. What counts is spread over the time that it pays for, so MRR at a month’s end also comes from ${bill.many} of other months.`}
              label="this statement"
              page="mrr"
            />
          }
          lead={`What was paid, what of it counts in MRR, and what was left out. Click what was paid to see the ${bill.many} behind it, and MRR to see its customers.`}
          title={title}
        >
          <DownloadTable
            isDisabled={months.length === 0}
            name={fileName(connection.name, 'reconcile')}
            table={() => monthsFile(query.data?.months ?? [])}
          />
        </CardHead>
        {query.error && !query.data && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
        {!query.data && !query.error && <CardSkeleton rows={12} />}
        {query.data && months.length === 0 && (
          <EmptyState title="Nothing was paid in this period">{longerRange(view)}</EmptyState>
        )}
        {months.length > 0 && (
          <DataTable
            columns={columns}
            hasLongHeads
            initialSort={[{ id: 'month', desc: true }]}
            isStale={query.isPlaceholderData}
            label="Paid, counted and left out by month"
            rowKey={(month) => month.month_on}
            rows={months}
          />
        )}
      </section>
      <PaidDrawer
        cell={paid_on && shown ? { month_on: paid_on, currency: shown } : undefined}
        view={view}
        onClose={() => void navigate({ search: (before) => compact({ ...before, paid_on: undefined }), resetScroll: false })}
      />
      <MissingHere parts={PARTS} view={view} />
      <CashStatement cash={cash} currency={shown ?? undefined} view={view} />
      <MrrStatement currency={shown ?? undefined} statement={statement} view={view} />
      {!isTogether(connection) && <ProviderMrr connection={connection} />}
      {!isTogether(connection) && <DifferentRenewals connection={connection} />}
      {isTogether(connection) ? <MovedCustomers connection={connection} /> : <RestatedMonths connection={connection} />}
    </>
  )
}
