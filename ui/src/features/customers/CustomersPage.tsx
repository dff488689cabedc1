import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'

import { allCustomers, customersQuery } from '~/api/queries'
import type { CustomerSums } from '~/api/types'
import { fileName } from '~/charts/export'
import { ColumnPicker } from '~/components/ColumnPicker'
import { DownloadAll } from '~/components/DownloadAll'
import { EndlessTable } from '~/components/EndlessTable'
import { CardSkeleton, EmptyState, ErrorState } from '~/components/Feedback'
import { SearchField } from '~/components/Field'
import { PageHead } from '~/components/PageHead'
import { Segmented } from '~/components/Segmented'
import { formatMoney } from '~/format/money'
import { countOf } from '~/format/number'
import type { CustomerColumn, CustomerState, CustomersSearch } from '~/view/pageSearch'
import { CUSTOMER_ORDERS, CUSTOMER_SORTS, CUSTOMER_STATES } from '~/view/pageSearch'
import { compact, oneOf } from '~/view/search'
import { useFallback } from '~/view/useFallback'
import { useTitle } from '~/view/useTitle'
import { useView } from '~/view/useView'

import { columnChoices, customerColumns, shownColumns } from './columns'
import { customersFile } from './file'
import { STATUS_LABEL } from './status'
import { useOpenCustomer } from './useOpenCustomer'

const route = getRouteApi('/app/c/$connectionId/customers')

const STATES: readonly { id: CustomerState | 'all'; label: string }[] = [
  { id: 'all', label: 'All' },
  ...CUSTOMER_STATES.map((id) => ({ id, label: STATUS_LABEL[id] })),
]

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

/** As the server takes it: the first states are by MRR, the others by how subscriptions stand. */
function stateQuery(state: CustomerState | undefined) {
  return state === 'past_due' || state === 'canceling' || state === 'trialing' ? { status: state } : { state }
}

/** The sum stands above the list too: below it, it would be far away. Natively there is none, also where the one before was. */
function sumText(currency: string, sums: CustomerSums | null | undefined): string | undefined {
  const converted = currency === 'native' ? null : sums?.mrr_converted_minor
  return converted ? `${formatMoney(converted, currency)} MRR` : undefined
}

export function CustomersPage() {
  const view = useView()
  const { connection } = view
  const openCustomer = useOpenCustomer(connection.id)
  useTitle('Customers', connection.name)
  const { q, state, sort = '-mrr', cols } = route.useSearch()
  const navigate = route.useNavigate()
  const { text, type } = useSearchText()
  const query = { ...view.scope, q, ...stateQuery(state), sort }
  const list = useInfiniteQuery(customersQuery(connection.id, { ...query, sums: true }))
  useFallback(view, list.error)
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.data) ?? [], [list.data])
  const [first] = list.data?.pages ?? []
  const columns = useMemo(() => customerColumns(view, cols, first?.sums), [view, cols, first])
  const total = first?.total
  // While the first customers are still being imported, an empty list says nothing.
  const isUnknown = total === 0 && !connection.is_history_complete && connection.state !== 'failed'
  const isNarrowed = Boolean(q) || state !== undefined || view.hasFilters
  const setSearch = (patch: { [Name in keyof CustomersSearch]?: CustomersSearch[Name] | undefined }) =>
    void navigate({ search: (before) => compact({ ...before, ...patch }), replace: true, resetScroll: false })
  return (
    <>
      <PageHead title="Customers" />
      <div className="no-print flex flex-wrap items-center gap-2">
        <SearchField className="w-full sm:w-72" label="Search by name, email or ID" value={text} onChange={type} />
        <Segmented
          className="no-scrollbar max-w-full overflow-x-auto"
          label="State"
          options={STATES}
          value={state ?? 'all'}
          onChange={(next) => setSearch({ state: next === 'all' ? undefined : next })}
        />
      </div>
      <section aria-label="Customers" className="card py-2">
        <div className="no-print flex flex-wrap items-center gap-2 px-4 pb-2 sm:px-5">
          <p className="min-w-0 flex-1 basis-52 text-[0.8125rem] text-ink-soft" role="status">
            {total === undefined || isUnknown ? 'Loading…' : [countOf(total, 'customer'), sumText(view.currency, first?.sums)].filter(Boolean).join(', ')}
          </p>
          <div className="flex gap-2">
            <DownloadAll
              exported={{ list: 'customers', connection_id: connection.id }}
              load={(onProgress) => allCustomers(connection.id, query, onProgress)}
              name={fileName(connection.name, 'customers')}
              table={(all) => customersFile(all, connection.time_zone, view.currency === 'native' ? null : view.currency)}
              total={total}
            />
            <ColumnPicker
              columns={columnChoices(view)}
              shown={shownColumns(cols)}
              onChange={(next) => setSearch({ cols: next.length === 0 ? undefined : (next as CustomerColumn[]) })}
            />
          </div>
        </div>
        {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {(!list.data || isUnknown) && !list.error && <CardSkeleton rows={14} />}
        {list.data && rows.length === 0 && !isUnknown && (
          <EmptyState title={isNarrowed ? 'No matching customers' : 'No customers yet'}>
            {isNarrowed ? 'Try another spelling or clear a filter.' : 'Customers appear here as soon as the account has some.'}
          </EmptyState>
        )}
        {rows.length > 0 && (
          <EndlessTable
            columns={columns}
            hasLongHeads
            isStale={list.isPlaceholderData}
            label="Customers"
            list={list}
            rowKey={(row) => row.id}
            rows={rows}
            serverSort={{
              value: sort,
              columns: CUSTOMER_ORDERS,
              onChange: (next) => setSearch({ sort: oneOf(CUSTOMER_SORTS, next) }),
            }}
            total={total ?? rows.length}
            onRowClick={(row) => openCustomer(row.id)}
          />
        )}
      </section>
    </>
  )
}
