import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'

import type { Query } from '~/api/client'
import { movementsQuery } from '~/api/queries'
import type { Movement } from '~/api/types'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { EmptyState, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Money, MoneyDelta, MovementName } from '~/components/Figures'
import { ShowMore } from '~/components/ShowMore'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { isKnown } from '~/view/known'
import { whyOf } from './why'
import { formatDay } from '~/format/date'
import { countOf, formatCount } from '~/format/number'
import { useFallback } from '~/view/useFallback'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

function columnsOf(view: View): Column<Movement>[] {
  const into = view.currency === 'native' ? null : view.currency
  return [
    {
      id: 'customer',
      header: 'Customer',
      cell: (row) => (
        <span className="block max-w-[13rem] md:max-w-[14rem]">
          <CustomerLink
            connectionId={view.connection.id}
            customer={{ id: row.customer_id, name: row.name, email: row.email }}
          />
          <span className="mt-0.5 flex flex-wrap gap-x-2 text-xs text-ink-soft md:hidden">
            <MovementName type={row.type} />
            {whyOf(row, view.facets) && <span>{whyOf(row, view.facets)}</span>}
            <span className="num">{formatDay(row.on)}</span>
          </span>
        </span>
      ),
    },
    { id: 'on', header: 'Day', isWideOnly: true, cell: (row) => <span className="num">{formatDay(row.on)}</span> },
    {
      id: 'type',
      header: 'Movement',
      isWideOnly: true,
      cell: (row) => (
        <>
          <MovementName type={row.type} />
          {whyOf(row, view.facets) && <span className="block max-w-56 pl-4.5 text-xs text-ink-soft">{whyOf(row, view.facets)}</span>}
        </>
      ),
    },
    {
      id: 'delta',
      header: 'Change',
      isNumeric: true,
      cell: (row) => (
        <span className="inline-flex flex-col items-end">
          <MoneyDelta currency={row.currency} minor={row.delta_minor} />
          {into && into !== row.currency && row.converted_minor !== null && row.converted_minor !== undefined && (
            <span className="text-xs text-ink-soft">
              <Money currency={into} minor={row.converted_minor} sign />
            </span>
          )}
        </span>
      ),
    },
    {
      id: 'after',
      header: 'MRR after',
      isNumeric: true,
      isWideOnly: true,
      cell: (row) => <Money currency={row.currency} minor={row.mrr_after_minor} />,
    },
  ]
}

/** The customers behind a figure, newest change first. */
export function MovementList({ view, query }: { view: View; query: Query }) {
  const navigate = useNavigate()
  const list = useInfiniteQuery(movementsQuery(view.connection.id, query))
  useFallback(view, list.error)
  const columns = useMemo(() => columnsOf(view), [view])
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.data) ?? [], [list.data])
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  const isUnknown = list.data?.pages[0]?.data.length === 0 && !isKnown(view.connection) && view.connection.state !== 'failed'
  if (!list.data || isUnknown)
    return (
      <div className="px-4 sm:px-5">
        <SkeletonRows rows={10} />
      </div>
    )
  if (rows.length === 0)
    return (
      <EmptyState title="No MRR changes in this period">Choose other dates or clear a filter.</EmptyState>
    )
  const total = list.data.pages[0]?.total
  return (
    <div>
      <p className="px-4 pb-2 text-[0.8125rem] sm:px-5 text-ink-soft" role="status">
        {total === undefined
          ? `${formatCount(rows.length)} shown`
          : rows.length < total
            ? `${formatCount(rows.length)} of ${countOf(total, 'movement')}`
            : countOf(total, 'movement')}
      </p>
      <DataTable
        columns={columns}
        isStale={list.isPlaceholderData}
        label="Movements"
        rowKey={(row) => `${row.customer_id} ${row.on} ${row.currency} ${row.type}`}
        rows={rows}
        onRowClick={(row) =>
          void navigate({
            to: '/c/$connectionId/customers/$customerId',
            params: { connectionId: view.connection.id, customerId: row.customer_id },
            search: keptSearch,
          })
        }
      />
      <ShowMore className="pt-3" list={list} />
    </div>
  )
}
