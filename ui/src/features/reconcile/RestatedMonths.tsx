import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { restatementsQuery } from '~/api/queries'
import type { Connection, Restatement } from '~/api/types'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { CardSkeleton, ErrorState } from '~/components/Feedback'
import { Money, MoneyDelta } from '~/components/Figures'
import { ShowMore } from '~/components/ShowMore'
import { CheckIcon } from '~/components/icons'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { formatInstantDay, formatMonth } from '~/format/date'

function columnsOf(connection: Connection): Column<Restatement>[] {
  return [
    { id: 'month', header: 'Month', cell: (row) => <span className="num whitespace-nowrap">{formatMonth(row.month_on)}</span> },
    {
      id: 'customer',
      header: 'Customer',
      cell: (row) => (
        <CustomerLink
          className="max-w-[9rem] sm:max-w-[14rem]"
          connectionId={connection.id}
          customer={{ id: row.customer_id, name: row.name }}
        />
      ),
    },
    {
      id: 'old',
      header: 'MRR before',
      isNumeric: true,
      isWideOnly: true,
      cell: (row) => <Money currency={row.currency} minor={row.old_minor} />,
    },
    { id: 'new', header: 'MRR after', isNumeric: true, cell: (row) => <Money currency={row.currency} minor={row.new_minor} /> },
    {
      id: 'change',
      header: 'Change',
      isNumeric: true,
      cell: (row) => <MoneyDelta currency={row.currency} minor={row.new_minor - row.old_minor} />,
    },
    {
      id: 'reason',
      header: 'Reason',
      cell: (row) => (
        <span className="block min-w-48">
          {row.detail}
          {row.invoice_id && <span className="block font-mono text-xs break-all text-ink-soft">{row.invoice_id}</span>}
        </span>
      ),
    },
    {
      id: 'recorded',
      header: 'Detected',
      isWideOnly: true,
      cell: (row) => <span className="num whitespace-nowrap">{formatInstantDay(row.recorded_at, connection.time_zone)}</span>,
    },
  ]
}

/** Figures of closed months that changed later: the past may change, but not silently. */
export function RestatedMonths({ connection }: { connection: Connection }) {
  const list = useInfiniteQuery(restatementsQuery(connection.id))
  const columns = useMemo(() => columnsOf(connection), [connection])
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.data) ?? [], [list.data])
  return (
    <section aria-label="Restated months" className="card min-w-0 pt-4 pb-2">
      <h2 className="px-4 sm:px-5 font-semibold">Restated months</h2>
      <p className="px-4 sm:px-5 pt-1 pb-2 text-sm text-ink-soft">
        Month-end MRR that changed after the month had closed. Most recent change first.
      </p>
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {!list.data && !list.error && <CardSkeleton rows={3} />}
      {list.data && rows.length === 0 && (
        <p className="flex items-center gap-2 px-4 sm:px-5 pb-3 text-sm text-ink-soft">
          <CheckIcon className="size-4 text-up" />
          {connection.is_history_complete
            ? 'No restatements: every closed month still has the value it had when it closed.'
            : 'None so far. Months are final once history is complete.'}
        </p>
      )}
      {rows.length > 0 && (
        <DataTable
          columns={columns}
          label="Restated months"
          rowKey={(row) =>
            `${row.recorded_at} ${row.month_on} ${row.customer_id} ${row.currency} ${row.old_minor} ${row.new_minor}`
          }
          rows={rows}
        />
      )}
      <ShowMore className="py-2" list={list} />
    </section>
  )
}
