import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { allCashTransactions, cashTransactionsQuery } from '~/api/queries'
import type { CashTransaction, Currency, Day } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import { fileName } from '~/charts/export'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { EmptyState } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { DetailDrawer } from '~/components/Overlay'
import { PagedList } from '~/components/PagedList'
import { PaymentList } from '~/features/payments/PaymentList'
import { formatDayIn, formatInstantDay, formatMonth } from '~/format/date'
import { moneyOf } from '~/format/money'
import { sentence } from '~/format/names'
import type { View } from '~/view/useView'

import { PAYMENTS_OF, lineName } from './cash'
import { daysOfMonth } from './month'

/** One amount of the statement. */
interface Cell {
  month_on: Day
  currency: Currency
  line: string
}

interface DrawerProps {
  view: View
  /** Closed without any. */
  cell: Cell | undefined
  onClose: () => void
}

/** The balance transactions, or the payments, behind an amount of the cash statement. */
export function CashDrawer({ view, cell, onClose }: DrawerProps) {
  return (
    <DetailDrawer
      isOpen={cell !== undefined}
      subtitle={cell && `${formatMonth(cell.month_on, { long: true })} · ${cell.currency.toUpperCase()}`}
      title={cell ? lineName(cell.line) : 'Balance transactions'}
      width="max-w-4xl"
      onClose={onClose}
    >
      {cell && (PAYMENTS_OF[cell.line] ? <Payments cell={cell} type={PAYMENTS_OF[cell.line]} view={view} /> : <Transactions cell={cell} view={view} />)}
    </DetailDrawer>
  )
}

/** Not from the balance: a payment that never came there is among them, too. */
function Payments({ view, cell, type }: { view: View; cell: Cell; type: string | undefined }) {
  const query = { ...daysOfMonth(cell.month_on, view.today), currency: 'native', filter_currency: [cell.currency], type }
  return (
    <div className="-mx-5">
      <PaymentList query={query} view={{ ...view, currency: 'native' }} />
    </div>
  )
}

function columnsOf(cell: Cell, zone: string): Column<CashTransaction>[] {
  const amount = (id: string, header: string, of: (row: CashTransaction) => number): Column<CashTransaction> => ({
    id,
    header,
    isNumeric: true,
    isWideOnly: true,
    cell: (row) => <Money className="text-ink-soft" currency={row.currency} minor={of(row)} />,
  })
  return [
    {
      id: 'day',
      header: 'Day',
      cell: ({ created_at }) => <span className="num whitespace-nowrap">{formatInstantDay(created_at, zone)}</span>,
    },
    {
      id: 'what',
      header: 'What',
      cell: ({ category, source, id }) => (
        <span className="block min-w-24">
          {sentence(category)}
          <span className="block font-mono text-xs break-all text-ink-soft">{source ?? id}</span>
        </span>
      ),
    },
    amount('amount', 'Amount', ({ amount_minor }) => amount_minor),
    amount('fee', 'Fee', ({ fee_minor }) => fee_minor),
    amount('net', 'Net', ({ net_minor }) => net_minor),
    {
      id: 'counted',
      header: 'Counted here',
      isNumeric: true,
      cell: ({ counted_minor }) => <Money className="font-medium" currency={cell.currency} minor={counted_minor} />,
    },
  ]
}

function fileOf(rows: readonly CashTransaction[], { currency }: Cell, zone: string): ExportTable {
  return {
    columns: ['day', 'id', 'category', 'source', 'currency', 'amount', 'fee', 'net', 'counted_in', 'counted'],
    rows: rows.map((row) => [
      formatDayIn(row.created_at, zone),
      row.id,
      row.category,
      row.source,
      row.currency,
      ...[row.amount_minor, row.fee_minor, row.net_minor].map((minor) => moneyOf(minor, row.currency)),
      currency,
      moneyOf(row.counted_minor, currency),
    ]),
  }
}

function Transactions({ view, cell }: { view: View; cell: Cell }) {
  const { id, name, time_zone: zone } = view.connection
  const { month_on, currency, line } = cell
  const query = { month_on, currency, line }
  const list = useInfiniteQuery(cashTransactionsQuery(id, query))
  const columns = useMemo(() => columnsOf({ month_on, currency, line }, zone), [month_on, currency, line, zone])
  return (
    <PagedList
      download={{
        exported: { list: 'cash_transactions', connection_id: id },
        name: fileName(name, line, month_on.slice(0, 7), currency),
        load: (onProgress) => allCashTransactions(id, query, onProgress),
        table: (all) => fileOf(all, cell, zone),
      }}
      empty={
        <EmptyState title="No balance transactions">
          This amount was not booked to the balance, or not in this month.
        </EmptyState>
      }
      list={list}
      noun="balance transaction"
    >
      {(rows) => <DataTable columns={columns} label="Balance transactions" rowKey={(row) => row.id} rows={rows} />}
    </PagedList>
  )
}
