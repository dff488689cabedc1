import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { allCashTransactions, cashTransactionsQuery } from '~/api/queries'
import type { CashTransaction, Currency, Day } from '~/api/types'
import { fileName } from '~/charts/export'
import { DataTable } from '~/components/DataTable'
import { EmptyState } from '~/components/Feedback'
import { DetailDrawer } from '~/components/Overlay'
import { PagedList } from '~/components/PagedList'
import { transactionColumns, transactionsFile } from '~/features/metrics/transactions'
import { PaymentList } from '~/features/payments/PaymentList'
import { formatMonth } from '~/format/date'
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

function Transactions({ view, cell }: { view: View; cell: Cell }) {
  const { id, name, time_zone: zone } = view.connection
  const { month_on, currency, line } = cell
  const query = { month_on, currency, line }
  const list = useInfiniteQuery(cashTransactionsQuery(id, query))
  const counted = useMemo(() => ({ counted_minor }: CashTransaction) => ({ currency, amount_minor: counted_minor }), [currency])
  const columns = useMemo(() => transactionColumns(zone, counted), [zone, counted])
  return (
    <PagedList
      download={{
        exported: { list: 'cash_transactions', connection_id: id },
        name: fileName(name, line, month_on.slice(0, 7), currency),
        load: (onProgress) => allCashTransactions(id, query, onProgress),
        table: (all) => transactionsFile(all, zone, counted),
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
