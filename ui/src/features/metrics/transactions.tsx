/** Balance transactions as rows: those behind a value and those behind a cell of the cash statement. */
import type { BalanceTransaction, CashTransaction, Money as Amount } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import type { Column } from '~/components/DataTable'
import { Money } from '~/components/Figures'
import { formatDayIn, formatInstantDay } from '~/format/date'
import { moneyOf } from '~/format/money'
import { sentence } from '~/format/names'

type Row = Omit<CashTransaction, 'payment'> | BalanceTransaction

/** What of a transaction counts where it is listed. */
type Counted<T> = (row: T) => Amount

export function transactionColumns<T extends Row>(zone: string, counted: Counted<T>): Column<T>[] {
  const amount = (id: string, header: string, of: (row: T) => number): Column<T> => ({
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
      cell: (row) => {
        const { amount_minor, currency } = counted(row)
        return <Money className="font-medium" currency={currency} minor={amount_minor} />
      },
    },
  ]
}

export function transactionsFile<T extends Row>(rows: readonly T[], zone: string, counted: Counted<T>): ExportTable {
  return {
    columns: ['day', 'id', 'category', 'source', 'currency', 'amount', 'fee', 'net', 'counted_in', 'counted'],
    rows: rows.map((row) => {
      const { amount_minor, currency } = counted(row)
      return [
        formatDayIn(row.created_at, zone),
        row.id,
        row.category,
        row.source,
        row.currency,
        ...[row.amount_minor, row.fee_minor, row.net_minor].map((minor) => moneyOf(minor, row.currency)),
        currency,
        moneyOf(amount_minor, currency),
      ]
    }),
  }
}
