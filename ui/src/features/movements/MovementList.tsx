import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'

import type { Query } from '~/api/client'
import { allMovements, movementsQuery } from '~/api/queries'
import { fileName } from '~/charts/export'
import { DataTable } from '~/components/DataTable'
import { DownloadAll } from '~/components/DownloadAll'
import { CardSkeleton, EmptyState, ErrorState } from '~/components/Feedback'
import { ShowMore } from '~/components/ShowMore'
import { NothingHere } from '~/features/controls/NothingHere'
import { useOpenCustomer } from '~/features/customers/useOpenCustomer'
import { isKnown } from '~/view/known'
import { countOf, formatCount } from '~/format/number'
import { listText } from '~/format/worth'
import type { MovementOrder } from '~/view/pageSearch'
import { MOVEMENT_ORDERS, MOVEMENT_SORTS } from '~/view/pageSearch'
import { oneOf } from '~/view/search'
import { useFallback } from '~/view/useFallback'
import type { View } from '~/view/useView'

import { leftOut, movementColumns, movementKey, movementsFile } from './columns'

const NOTHING = { title: 'No MRR changes in this period', text: 'Choose other dates.' }

interface ListProps {
  view: View
  query: Query
  /** What is said where there is none. */
  nothing?: typeof NOTHING
}

/** The customers behind a figure, newest change first. */
export function MovementList({ view, query: asked, nothing = NOTHING }: ListProps) {
  const { connection } = view
  const openCustomer = useOpenCustomer(connection.id)
  const [sort, setSort] = useState<MovementOrder>('-date')
  const query: Query = useMemo(() => ({ ...asked, sort }), [asked, sort])
  const list = useInfiniteQuery(movementsQuery(connection.id, query))
  useFallback(view, list.error)
  const sums = list.data?.pages[0]?.sums
  const columns = useMemo(() => movementColumns(view, undefined, sums), [view, sums])
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.data) ?? [], [list.data])
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  const isUnknown = list.data?.pages[0]?.data.length === 0 && !isKnown(connection) && connection.state !== 'failed'
  if (!list.data || isUnknown) return <CardSkeleton rows={10} />
  if (rows.length === 0) {
    // Where it is known why, filters are not.
    if (nothing !== NOTHING) return <EmptyState title={nothing.title}>{nothing.text}</EmptyState>
    return <NothingHere title={nothing.title} view={view}>{nothing.text}</NothingHere>
  }
  const total = list.data.pages[0]?.total
  const into = view.currency === 'native' ? null : view.currency
  const shown = formatCount(rows.length)
  const count = total === undefined ? `${shown} shown` : rows.length < total ? `${shown} of ${countOf(total, 'movement')}` : countOf(total, 'movement')
  return (
    <div>
      <div className="flex flex-wrap items-center gap-2 px-4 pb-2 sm:px-5">
        <p className="min-w-0 flex-1 text-[0.8125rem] text-ink-soft" role="status">
          {/* The sum is below the list. */}
          {listText(count, undefined, leftOut(sums, into), { sign: true })}
        </p>
        <DownloadAll
          exported={{ list: 'movements', connection_id: connection.id }}
          load={(onProgress) => allMovements(connection.id, query, onProgress)}
          name={fileName(connection.name, 'movements')}
          table={(all) => movementsFile(all, into)}
          total={total}
        />
      </div>
      <DataTable
        columns={columns}
        isStale={list.isPlaceholderData}
        label="Movements"
        rowKey={movementKey}
        rows={rows}
        serverSort={{ value: sort, columns: MOVEMENT_ORDERS, onChange: (next) => setSort(oneOf(MOVEMENT_SORTS, next) ?? '-date') }}
        onRowClick={(row) => openCustomer(row.customer_id)}
      />
      <ShowMore className="pt-3" list={list} />
    </div>
  )
}
