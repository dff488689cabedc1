import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { differentRenewalsQuery } from '~/api/queries'
import type { Connection, DifferentRenewal } from '~/api/types'
import { CardHead } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { ErrorState } from '~/components/Feedback'
import { Money, MoneyDelta } from '~/components/Figures'
import { CheckIcon } from '~/components/icons'
import { ShowMore } from '~/components/ShowMore'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { formatDay } from '~/format/date'
import { sentence } from '~/format/names'

const TITLE = 'Renewals that differ'

function columnsOf(connection: Connection): Column<DifferentRenewal>[] {
  return [
    { id: 'on', header: 'Day', cell: (row) => <span className="num whitespace-nowrap">{formatDay(row.on)}</span> },
    {
      id: 'customer',
      header: 'Customer',
      cell: (row) => (
        <CustomerLink
          className="max-w-[9rem] sm:max-w-[14rem]"
          connectionId={connection.id}
          customer={{ id: row.customer_id, name: row.name, email: row.email }}
        />
      ),
    },
    {
      id: 'before',
      header: 'MRR before',
      isNumeric: true,
      isWideOnly: true,
      cell: (row) => <Money currency={row.currency} minor={row.before_minor} />,
    },
    { id: 'billed', header: 'Billed', isNumeric: true, cell: (row) => <Money currency={row.currency} minor={row.billed_minor} /> },
    {
      id: 'difference',
      header: 'Difference',
      isNumeric: true,
      cell: (row) => <MoneyDelta currency={row.currency} minor={row.difference_minor} />,
    },
    { id: 'cause', header: 'Cause', cell: (row) => <span className="whitespace-nowrap text-ink-soft">{sentence(row.cause)}</span> },
    {
      id: 'subscription',
      header: 'Subscription',
      isWideOnly: true,
      cell: (row) => <span className="font-mono text-xs break-all">{row.subscription_id}</span>,
    },
  ]
}

/** Renewals whose bill is not what the bills before them had led to, where changes are billed as differences. */
export function DifferentRenewals({ connection }: { connection: Connection }) {
  const list = useInfiniteQuery(differentRenewalsQuery(connection.id))
  const columns = useMemo(() => columnsOf(connection), [connection])
  const pages = list.data?.pages
  const rows = useMemo(() => pages?.flatMap((page) => page.data) ?? [], [pages])
  // Most providers bill changes otherwise, so nothing is promised before the answer.
  if (!list.error && !pages?.[0]?.is_offered) return null
  return (
    <section aria-label={TITLE} className="card min-w-0 pb-2">
      <CardHead
        lead="Renewals of the last 12 months that were billed at another MRR than the bills before them had led to: a discount came or ended, or something was changed without a bill of its own. The renewal counts."
        title={TITLE}
      />
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && rows.length === 0 && (
        <p className="flex items-center gap-2 px-4 pb-3 text-sm text-ink-soft sm:px-5">
          <CheckIcon className="size-4 text-up" />
          {list.hasNextPage ? 'None among the most recent changes.' : 'None: every renewal was billed as the bills before it had led to.'}
        </p>
      )}
      {rows.length > 0 && (
        <DataTable
          columns={columns}
          label={TITLE}
          rowKey={(row) => `${row.on} ${row.subscription_id} ${row.currency} ${row.billed_minor}`}
          rows={rows}
        />
      )}
      <ShowMore className="py-2" label="Look further back" list={list} />
    </section>
  )
}
