import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'

import { customersQuery } from '~/api/queries'
import type { CustomerStatus } from '~/api/types'
import { CardHead } from '~/components/CardHead'
import { DataTable } from '~/components/DataTable'
import { CardSkeleton, ErrorState } from '~/components/Feedback'
import { countOf } from '~/format/number'
import { isKnown } from '~/view/known'
import type { CustomerColumn } from '~/view/pageSearch'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import { customerColumns } from './columns'
import { useOpenCustomer } from './useOpenCustomer'

interface StandingProps {
  view: View
  status: Extract<CustomerStatus, 'past_due' | 'canceling' | 'trialing'>
  title: string
  /** Beside the name; a narrow page has room for the first. */
  columns: readonly CustomerColumn[]
  /** Largest MRR first when left out. */
  sort?: '-mrr' | '-created'
  /** What is said where there is nobody. */
  nothing: string
}

const SHOWN = 8

/** The customers who stand in some way now, whatever range is chosen, and the way to all of them. */
export function StandingCard({ view, status, title, columns, sort = '-mrr', nothing }: StandingProps) {
  const { connection } = view
  const openCustomer = useOpenCustomer(connection.id)
  const query = useInfiniteQuery(customersQuery(connection.id, { ...view.scope, status, sort, limit: SHOWN, sums: true }))
  const [page] = query.data?.pages ?? []
  const shown = useMemo(
    () => customerColumns(view, columns, page?.sums).map((column, index) => ({ ...column, isWideOnly: index > 1 })),
    [view, columns, page],
  )
  const params = { connectionId: connection.id }
  // While the first customers are still being imported, an empty list says nothing.
  const isUnknown = page === undefined || (page.total === 0 && !isKnown(connection))
  return (
    <section aria-label={title} className="card min-w-0 pb-2">
      <CardHead lead={isUnknown || page.total === 0 ? 'Now' : `Now: ${countOf(page.total, 'customer')}`} title={title}>
        <Link
          className="link text-[0.8125rem]"
          params={params}
          search={(before) => ({ ...keptSearch(before), state: status })}
          to="/c/$connectionId/customers"
        >
          Open full list
        </Link>
      </CardHead>
      {query.error && !page && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {isUnknown && !query.error && <CardSkeleton rows={5} />}
      {!isUnknown && page.total === 0 && <p className="px-4 pb-3 text-sm text-ink-soft sm:px-5">{nothing}</p>}
      {!isUnknown && page.total > 0 && (
        <DataTable
          columns={shown}
          isStale={query.isPlaceholderData}
          label={title}
          rowKey={(row) => row.id}
          rows={page.data}
          onRowClick={(row) => openCustomer(row.id)}
        />
      )}
    </section>
  )
}
