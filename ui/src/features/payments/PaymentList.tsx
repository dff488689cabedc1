import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'

import type { Query } from '~/api/client'
import { allPayments, paymentsQuery } from '~/api/queries'
import type { PaymentPage } from '~/api/types'
import { fileName } from '~/charts/export'
import { ColumnPicker } from '~/components/ColumnPicker'
import { DataTable } from '~/components/DataTable'
import { DownloadAll } from '~/components/DownloadAll'
import { CardSkeleton, EmptyState, ErrorState } from '~/components/Feedback'
import { loadable } from '~/components/loadable'
import { ShowMore } from '~/components/ShowMore'
import { useInView } from '~/components/useInView'
import { useOpenCustomer } from '~/features/customers/useOpenCustomer'
import { formatMoney } from '~/format/money'
import { capital } from '~/format/names'
import { countOf } from '~/format/number'
import { listText } from '~/format/worth'
import { sourceOf } from '~/sources'
import { isKnown } from '~/view/known'
import type { PaymentColumn, PaymentOrder } from '~/view/pageSearch'
import { PAYMENT_ORDERS, PAYMENT_SORTS } from '~/view/pageSearch'
import { oneOf } from '~/view/search'
import { useFallback } from '~/view/useFallback'
import type { View } from '~/view/useView'

import { columnChoices, leftOut, paymentColumns, paymentKey, paymentsFile, shownColumns, sumOf } from './columns'

/** What payments of one type come to in each currency. */
const sumText = (sums: PaymentPage['sums'] | undefined, into: string | null): string | undefined =>
  sumOf(sums, into)?.map(({ amount_minor, currency }) => formatMoney(amount_minor, currency)).join(' + ')

/** The list is far down its page: what draws only the rows in view comes with the list. */
const [useEndless] = loadable(() => import('~/components/EndlessTable'))

/** The types that are known from charges alone. */
const OF_CHARGES: ReadonlySet<string> = new Set(['payment', 'failed_payment', 'charge_without_invoice'])

/** Why the list is empty: nothing happened, or what did can't be read. */
function Nothing({ view, types }: { view: View; types: readonly string[] }) {
  const isUnread = view.connection.absent.some(({ kind }) => kind === 'charge') && types.some((type) => OF_CHARGES.has(type))
  return isUnread ? (
    <EmptyState title="Not known">
      The key can’t read charges. {capital(sourceOf(view.connection).bill.allPaid)} are known without them.
    </EmptyState>
  ) : (
    <EmptyState title="Nothing in this period">Choose other dates or clear a filter.</EmptyState>
  )
}

interface Props {
  view: View
  query: Query
  /** Whether the page scrolls through all of it; a drawer shows more when asked. */
  isEndless?: boolean
  /** Where the page keeps what is sorted by and which columns there are: in its address. */
  kept?: Kept
}

interface Kept {
  sort: PaymentOrder | undefined
  columns: readonly PaymentColumn[] | undefined
  onSort: (sort: PaymentOrder | undefined) => void
  onColumns: (columns: PaymentColumn[]) => void
}

/** Payments, invoices, refunds and disputes, the newest first unless they are sorted in another way. */
export function PaymentList({ view, query: asked, isEndless = false, kept }: Props) {
  const { connection } = view
  const [ownSort, setOwnSort] = useState<PaymentOrder>()
  const sort = (kept ? kept.sort : ownSort) ?? '-date'
  const query: Query = useMemo(() => ({ ...asked, sort }), [asked, sort])
  const into = view.currency === 'native' ? null : view.currency
  const openCustomer = useOpenCustomer(connection.id)
  const list = useInfiniteQuery(paymentsQuery(connection.id, query))
  useFallback(view, list.error)
  const chosen = kept?.columns
  const sums = list.data?.pages[0]?.sums
  const columns = useMemo(() => paymentColumns(view, chosen, sums), [view, chosen, sums])
  const rows = useMemo(
    () => list.data?.pages.flatMap((page) => page.data).map((row, index) => ({ ...row, key: paymentKey(row, index) })) ?? [],
    [list.data],
  )
  const [card, isSeen] = useInView()
  const endless = useEndless(isEndless && isSeen)
  const first = list.data?.pages[0]
  const total = first?.total
  // While the first payments are still being imported, an empty list says nothing.
  const isUnknown = total === 0 && !isKnown(connection) && connection.state !== 'failed'
  const table = {
    columns,
    rows,
    isStale: list.isPlaceholderData,
    label: 'Payments',
    rowKey: (row: (typeof rows)[number]) => row.key,
    onRowClick: (row: (typeof rows)[number]) => openCustomer(row.customer_id),
    serverSort: {
      value: sort,
      columns: PAYMENT_ORDERS,
      onChange: (next: string) => (kept?.onSort ?? setOwnSort)(oneOf(PAYMENT_SORTS, next)),
    },
  }
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  return (
    <div ref={card}>
      <div className="no-print flex flex-wrap items-center gap-2 px-4 pb-2 sm:px-5">
        <p className="min-w-0 flex-1 basis-52 text-[0.8125rem] text-ink-soft" role="status">
          {total === undefined || isUnknown ? 'Loading…' : listText(countOf(total, 'entry', 'entries'), sumText(first?.sums, into), leftOut(first?.sums, into))}
        </p>
        <DownloadAll
          exported={{ list: 'payments', connection_id: connection.id }}
          load={(onProgress) => allPayments(connection.id, query, onProgress)}
          name={fileName(connection.name, 'payments')}
          table={(all) => paymentsFile(all, into)}
          total={total}
        />
        {kept && (
          <ColumnPicker
            columns={columnChoices(view)}
            shown={shownColumns(chosen)}
            onChange={(next) => kept.onColumns(next as PaymentColumn[])}
          />
        )}
      </div>
      {(total === undefined || isUnknown) && <CardSkeleton rows={10} />}
      {total === 0 && !isUnknown && <Nothing types={String(query.type ?? '').split(',')} view={view} />}
      {rows.length > 0 && (endless ? <endless.EndlessTable {...table} list={list} total={total ?? rows.length} /> : <DataTable {...table} />)}
      {!isEndless && <ShowMore className="pt-3" list={list} />}
    </div>
  )
}
