import type { UseQueryResult } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'

import type { CashMonth, CashReport, Currency, Day } from '~/api/types'
import { DefinitionButton } from '~/charts/Definition'
import { fileName } from '~/charts/export'
import { CardHead } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { DownloadTable } from '~/components/DownloadTable'
import { CardSkeleton, EmptyState, ErrorState } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { longerRange } from '~/features/controls/advice'
import { formatMonth } from '~/format/date'
import { formatMoney } from '~/format/money'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'

import { COLLECTED, NET_CASH, UNEXPLAINED, cashFile, cellOf, columnNames, lineName, totalOf } from './cash'
import { CashDrawer } from './CashDrawer'
import { monthText } from './month'

const route = getRouteApi('/app/c/$connectionId/reconcile')

const TITLE = 'From payments collected to net cash'
const FORMULA = 'Payments collected, less refunds, disputes, fees and everything else that moved the balance, is net cash.'

type Open = (month_on: Day, line: string) => void

interface Table {
  currency: Currency
  today: Day
  open: Open
}

const NOT_KNOWN = <span className="whitespace-nowrap text-ink-soft">Not known</span>

function columnsOf(months: readonly CashMonth[], { currency, today, open }: Table): Column<CashMonth>[] {
  return [
    {
      id: 'month',
      header: 'Month',
      sortBy: ({ month_on }) => month_on,
      cell: ({ month_on }) => <span className="num whitespace-nowrap">{monthText(month_on, today)}</span>,
      total: () => 'Total',
    },
    ...columnNames(months).map((name): Column<CashMonth> => ({
      id: name,
      header: lineName(name),
      isNumeric: true,
      sortBy: (month) => cellOf(month, name).minor,
      cell: (month) => <Amount column={name} month={month} open={open} />,
      total: () => {
        const minor = totalOf(months, name)
        return minor === null ? NOT_KNOWN : <Money className={inkOf(name, minor)} currency={currency} minor={minor} />
      },
    })),
  ]
}

/** Where the statement begins and ends stands out, and so does what it can't explain. */
function inkOf(column: string, minor: number): string {
  if (column === COLLECTED || column === NET_CASH) return 'font-semibold'
  if (column !== UNEXPLAINED) return ''
  return minor === 0 ? 'text-up' : 'font-semibold text-down'
}

function Amount({ month, column, open }: { month: CashMonth; column: string; open: Open }) {
  const { minor, canOpen } = cellOf(month, column)
  const { currency, month_on } = month
  if (minor === null) return NOT_KNOWN
  if (canOpen) {
    return (
      <button
        aria-label={`${lineName(column)}, ${formatMonth(month_on)}: ${formatMoney(minor, currency)}`}
        className={`num opens ${inkOf(column, minor)}`}
        type="button"
        onClick={() => open(month_on, column)}
      >
        {formatMoney(minor, currency)}
      </button>
    )
  }
  if (minor === 0 && inkOf(column, minor) === '') return <span className="text-ink-faint">–</span>
  return <Money className={inkOf(column, minor)} currency={currency} minor={minor} />
}

/** Why there are no months: nothing moved, or nothing of it can be read. */
function Nothing({ view }: { view: View }) {
  const isUnread = view.connection.absent.some(({ parts }) => parts.includes('balance_transactions'))
  return isUnread ? (
    <EmptyState title="Not known">The key can’t read balance transactions.</EmptyState>
  ) : (
    <EmptyState title="No money moved in this period">{longerRange(view)}</EmptyState>
  )
}

interface StatementProps {
  view: View
  /** Its months are shown. */
  currency: Currency | undefined
  cash: UseQueryResult<CashReport>
}

/** From what charges say was paid to what the balance has of it. Each amount opens the balance transactions behind it. */
export function CashStatement({ view, currency, cash }: StatementProps) {
  const { cash_on, cash_line } = route.useSearch()
  const navigate = route.useNavigate()
  const { connection, today } = view
  const lacksCharges = connection.absent.some(({ parts }) => parts.includes('charges'))
  const months = useMemo(() => cash.data?.months.filter((month) => month.currency === currency) ?? [], [cash.data, currency])
  const columns = useMemo(() => {
    const open: Open = (month_on, line) =>
      void navigate({ search: (before) => compact({ ...before, cash_on: month_on, cash_line: line }), resetScroll: false })
    return currency ? columnsOf(months, { currency, today, open }) : []
  }, [months, currency, today, navigate])
  const close = () =>
    void navigate({ search: (before) => compact({ ...before, cash_on: undefined, cash_line: undefined }), resetScroll: false })
  return (
    <section aria-label={TITLE} className="card min-w-0 pb-2">
      <CardHead
        definition={<DefinitionButton formula={FORMULA} label="the statement of cash" page="cash-statement" />}
        lead={
          lacksCharges
            ? 'What was collected is not known, because payments can’t be read. Click an amount to see the balance transactions behind it.'
            : 'Click an amount to see the payments or balance transactions behind it.'
        }
        title={TITLE}
      >
        <DownloadTable
          isDisabled={months.length === 0}
          name={fileName(connection.name, 'cash statement')}
          table={() => cashFile(cash.data?.months ?? [])}
        />
      </CardHead>
      {cash.error && !cash.data && <ErrorState error={cash.error} onRetry={() => void cash.refetch()} />}
      {!cash.data && !cash.error && <CardSkeleton rows={12} />}
      {cash.data && months.length === 0 && <Nothing view={view} />}
      {months.length > 0 && (
        <DataTable
          columns={columns}
          hasLongHeads
          initialSort={[{ id: 'month', desc: true }]}
          isStale={cash.isPlaceholderData}
          label={TITLE}
          rowKey={({ month_on }) => month_on}
          rows={months}
        />
      )}
      <CashDrawer
        cell={cash_on && cash_line && currency ? { month_on: cash_on, line: cash_line, currency } : undefined}
        view={view}
        onClose={close}
      />
    </section>
  )
}
