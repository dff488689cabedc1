import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import type { Query } from '~/api/client'
import { movementsQuery } from '~/api/queries'
import { DataTable } from '~/components/DataTable'
import { CardSkeleton, EmptyState, ErrorState } from '~/components/Feedback'
import { ShowMore } from '~/components/ShowMore'
import { NothingHere } from '~/features/controls/NothingHere'
import { useOpenCustomer } from '~/features/customers/useOpenCustomer'
import { isKnown } from '~/view/known'
import { countOf, formatCount } from '~/format/number'
import { useFallback } from '~/view/useFallback'
import type { View } from '~/view/useView'

import { movementColumns, movementKey } from './columns'

const NOTHING = { title: 'No MRR changes in this period', text: 'Choose other dates.' }

interface ListProps {
  view: View
  query: Query
  /** What is said where there is none. */
  nothing?: typeof NOTHING
}

/** The customers behind a figure, newest change first. */
export function MovementList({ view, query, nothing = NOTHING }: ListProps) {
  const openCustomer = useOpenCustomer(view.connection.id)
  const list = useInfiniteQuery(movementsQuery(view.connection.id, query))
  useFallback(view, list.error)
  const columns = useMemo(() => movementColumns(view), [view])
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.data) ?? [], [list.data])
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  const isUnknown = list.data?.pages[0]?.data.length === 0 && !isKnown(view.connection) && view.connection.state !== 'failed'
  if (!list.data || isUnknown) return <CardSkeleton rows={10} />
  if (rows.length === 0) {
    // Where it is known why, filters are not.
    if (nothing !== NOTHING) return <EmptyState title={nothing.title}>{nothing.text}</EmptyState>
    return <NothingHere title={nothing.title} view={view}>{nothing.text}</NothingHere>
  }
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
        rowKey={movementKey}
        rows={rows}
        onRowClick={(row) => openCustomer(row.customer_id)}
      />
      <ShowMore className="pt-3" list={list} />
    </div>
  )
}
