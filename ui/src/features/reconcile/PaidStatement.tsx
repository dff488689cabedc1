import type { UseQueryResult } from '@tanstack/react-query'
import { useQuery } from '@tanstack/react-query'
import { Link, getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import { mrrQuery } from '~/api/queries'
import type { Currency, Day, ReconcileMonth, ReconcileReport } from '~/api/types'
import { DefinitionButton } from '~/charts/Definition'
import { fileName } from '~/charts/export'
import { CardHead } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { DownloadTable } from '~/components/DownloadTable'
import { CardSkeleton, EmptyState, ErrorState } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { longerRange } from '~/features/controls/advice'
import { firstOfMonth, formatMonth } from '~/format/date'
import { formatMoney } from '~/format/money'
import { sourceOf } from '~/sources'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import { daysOfMonth, monthText, mrrByMonth } from './month'
import { TOTAL, UNEXPLAINED, USED, isAccountedFor, monthsFile, partName, partOf, partsOf } from './paid'
import { PaidDrawer } from './PaidDrawer'

const route = getRouteApi('/app/c/$connectionId/reconcile')

interface PaidTable {
  months: readonly ReconcileMonth[]
  connectionId: string
  today: Day
  /** MRR at the end of each month. */
  mrr: ReadonlyMap<Day, number>
  /** Opens the customers behind an amount. */
  open: (month_on: Day, part: string) => void
}

/** What was paid stands out, and so does what nothing explains. */
function inkOf(part: string, isWhole: boolean): string {
  if (part === TOTAL) return 'font-semibold'
  if (part !== UNEXPLAINED) return ''
  return isWhole ? 'text-up' : 'font-semibold text-down'
}

function Amount({ month, part, open }: { month: ReconcileMonth; part: string; open: PaidTable['open'] }) {
  const { currency, month_on } = month
  const minor = partOf(month, part)
  const isWhole = isAccountedFor(month)
  // Invoices of 0 were paid as well.
  const canOpen = minor !== 0 || part === TOTAL || (part === UNEXPLAINED && !isWhole)
  if (canOpen) {
    return (
      <button
        aria-label={`${partName(part)}, ${formatMonth(month_on)}: ${formatMoney(minor, currency)}`}
        className={`num opens ${inkOf(part, isWhole)}`}
        type="button"
        onClick={() => open(month_on, part)}
      >
        {formatMoney(minor, currency)}
      </button>
    )
  }
  if (part !== UNEXPLAINED && part !== USED) return <span className="text-ink-faint">–</span>
  return <Money className={inkOf(part, isWhole)} currency={currency} minor={minor} />
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
  return [
    {
      id: 'month',
      header: 'Month',
      sortBy: (month) => month.month_on,
      cell: (month) => <span className="num whitespace-nowrap">{monthText(month.month_on, today)}</span>,
      total: () => 'Total',
    },
    ...partsOf(months).map((part): Column<ReconcileMonth> => ({
      id: part,
      header: partName(part),
      isNumeric: true,
      sortBy: (month) => (part === UNEXPLAINED ? Math.abs(partOf(month, part)) : partOf(month, part)),
      cell: (month) => <Amount month={month} open={open} part={part} />,
      total: (rows) => <Total part={part} rows={rows} />,
    })),
    {
      id: 'mrr',
      header: 'MRR at month’s end',
      isNumeric: true,
      sortBy: ({ month_on }) => table.mrr.get(month_on) ?? null,
      cell: (month) => <Mrr month={month} table={table} />,
    },
  ]
}

/** Of months in one currency. */
function Total({ rows, part }: { rows: readonly ReconcileMonth[]; part: string }) {
  const [first] = rows
  const minor = rows.reduce((sum, month) => sum + partOf(month, part), 0)
  return first && <Money className={inkOf(part, rows.every(isAccountedFor))} currency={first.currency} minor={minor} />
}

interface StatementProps {
  view: View
  /** Its months are shown. */
  currency: Currency | undefined
  paid: UseQueryResult<ReconcileReport>
}

/** From what was paid to MRR. Each amount opens the customers behind it, and each of them its lines. */
export function PaidStatement({ view, currency, paid }: StatementProps) {
  const { paid_on, paid_part = TOTAL, paid_by } = route.useSearch()
  const navigate = route.useNavigate()
  const { connection, period, today } = view
  const months = useMemo(() => paid.data?.months.filter((month) => month.currency === currency) ?? [], [paid.data, currency])
  const mrr = useQuery({
    ...mrrQuery(connection.id, {
      from: firstOfMonth(period.start),
      to: period.end > today ? today : period.end,
      interval: 'month',
      currency: 'native',
    }),
    enabled: months.length > 0,
  })
  const columns = useMemo(() => {
    const open = (month_on: Day, part: string) =>
      void navigate({ search: (before) => compact({ ...before, paid_on: month_on, paid_part: part, paid_by: undefined }), resetScroll: false })
    return columnsOf({ months, connectionId: connection.id, today, mrr: mrrByMonth(mrr.data, currency), open })
  }, [months, connection.id, today, mrr.data, currency, navigate])
  const show = (customer: string | undefined) =>
    void navigate({ search: (before) => compact({ ...before, paid_by: customer }), resetScroll: false })
  const close = () =>
    void navigate({
      search: (before) => compact({ ...before, paid_on: undefined, paid_part: undefined, paid_by: undefined }),
      resetScroll: false,
    })
  const { bill } = sourceOf(connection)
  const title = `From ${bill.allPaid} to MRR`
  return (
    <section aria-label={title} className="card min-w-0 pb-2">
      <CardHead
        definition={
          <DefinitionButton
            formula={`What was paid is what counts in MRR and what was left out of it, by reason. What counts is spread over the time that it pays for, so MRR at a month’s end also comes from ${bill.many} of other months.`}
            label="this statement"
            page="paid-statement"
          />
        }
        lead="What was paid, what of it counts in MRR, and what was left out. Click an amount to see the customers behind it."
        title={title}
      >
        <DownloadTable
          isDisabled={months.length === 0}
          name={fileName(connection.name, 'reconcile')}
          table={() => monthsFile(paid.data?.months ?? [])}
        />
      </CardHead>
      {paid.error && !paid.data && <ErrorState error={paid.error} onRetry={() => void paid.refetch()} />}
      {!paid.data && !paid.error && <CardSkeleton rows={12} />}
      {paid.data && months.length === 0 && <EmptyState title="Nothing was paid in this period">{longerRange(view)}</EmptyState>}
      {months.length > 0 && (
        <DataTable
          columns={columns}
          hasLongHeads
          initialSort={[{ id: 'month', desc: true }]}
          isStale={paid.isPlaceholderData}
          label="Paid, counted and left out by month"
          rowKey={(month) => month.month_on}
          rows={months}
        />
      )}
      <PaidDrawer
        cell={paid_on && currency ? { month_on: paid_on, part: paid_part, currency } : undefined}
        customer={paid_by}
        view={view}
        onClose={close}
        onShow={show}
      />
    </section>
  )
}
