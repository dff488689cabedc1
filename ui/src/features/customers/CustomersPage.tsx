import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'

import { customersQuery } from '~/api/queries'
import { DataTable } from '~/components/DataTable'
import { EmptyState, ErrorState, SkeletonRows } from '~/components/Feedback'
import { SearchField } from '~/components/Field'
import { PageHead } from '~/components/PageHead'
import { Segmented } from '~/components/Segmented'
import { ShowMore } from '~/components/ShowMore'
import { countOf, formatCount } from '~/format/number'
import { CUSTOMER_SORTS } from '~/view/pageSearch'
import { compact, oneOf } from '~/view/search'
import { useFallback } from '~/view/useFallback'
import { useTitle } from '~/view/useTitle'
import { keptSearch, useView } from '~/view/useView'

import { customerColumns } from './columns'

const route = getRouteApi('/app/c/$connectionId/customers')

const STATES = [
  { id: 'all', label: 'All' },
  { id: 'active', label: 'Active' },
  { id: 'churned', label: 'Churned' },
  { id: 'never', label: 'Never paid' },
] as const

const TYPING_MS = 250

/** The search text goes into the address when typing pauses. */
function useSearchText() {
  const { q = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const [text, setText] = useState(q)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => setText(q), [q])
  useEffect(() => () => clearTimeout(timer.current), [])
  const type = (next: string) => {
    setText(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(
      () =>
        void navigate({ search: (before) => compact({ ...before, q: next || undefined }), replace: true, resetScroll: false }),
      TYPING_MS,
    )
  }
  return { text, type }
}

export function CustomersPage() {
  const view = useView()
  const { connection } = view
  useTitle('Customers', connection.name)
  const { q, state, sort = '-mrr' } = route.useSearch()
  const navigate = route.useNavigate()
  const { text, type } = useSearchText()
  const list = useInfiniteQuery(customersQuery(connection.id, { ...view.scope, q, state, sort }))
  useFallback(view, list.error)
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.data) ?? [], [list.data])
  const columns = useMemo(() => customerColumns(view), [view])
  const total = list.data?.pages.at(-1)?.total
  // While the first customers are still being imported, an empty list says nothing.
  const isUnknown = total === 0 && !connection.is_history_complete && connection.state !== 'failed'
  const isNarrowed = Boolean(q) || state !== undefined || view.hasFilters
  return (
    <>
      <PageHead title="Customers" />
      <div className="no-print flex flex-wrap items-center gap-2">
        <SearchField className="w-full sm:w-80" label="Search by name, email or ID" value={text} onChange={type} />
        <Segmented
          label="State"
          options={STATES}
          value={state ?? 'all'}
          onChange={(next) =>
            void navigate({
              search: (before) => compact({ ...before, state: next === 'all' ? undefined : next }),
              replace: true,
            })
          }
        />
      </div>
      <section aria-label="Customers" className="card py-2">
        <p className="px-4 sm:px-5 py-1 text-[0.8125rem] text-ink-soft" role="status">
          {total === undefined || isUnknown
            ? 'Loading…'
            : rows.length < total
              ? `${formatCount(rows.length)} of ${countOf(total, 'customer')}`
              : countOf(total, 'customer')}
        </p>
        {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {(!list.data || isUnknown) && !list.error && (
          <div className="px-4 sm:px-5">
            <SkeletonRows rows={14} />
          </div>
        )}
        {list.data && rows.length === 0 && !isUnknown && (
          <EmptyState title={isNarrowed ? 'No matching customers' : 'No customers yet'}>
            {isNarrowed ? 'Try another spelling or clear a filter.' : 'Customers appear here as soon as the account has some.'}
          </EmptyState>
        )}
        {rows.length > 0 && (
          <DataTable
            columns={columns}
            isStale={list.isPlaceholderData}
            label="Customers"
            rowKey={(row) => row.id}
            rows={rows}
            serverSort={{
              value: sort,
              columns: ['mrr', 'name', 'created'],
              onChange: (next) =>
                void navigate({
                  search: (before) => compact({ ...before, sort: oneOf(CUSTOMER_SORTS, next) }),
                  replace: true,
                  resetScroll: false,
                }),
            }}
            onRowClick={(row) =>
              void navigate({
                to: '/c/$connectionId/customers/$customerId',
                params: { connectionId: connection.id, customerId: row.id },
                search: keptSearch,
              })
            }
          />
        )}
        <ShowMore className="py-3" label="Show 50 more" list={list} />
      </section>
    </>
  )
}
