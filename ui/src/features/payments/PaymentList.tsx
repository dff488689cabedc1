import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import type { Query } from '~/api/client'
import { allPayments, paymentsQuery } from '~/api/queries'
import type { PaymentPage } from '~/api/types'
import { fileName } from '~/charts/export'
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
import { sourceOf } from '~/sources'
import { isKnown } from '~/view/known'
import { useFallback } from '~/view/useFallback'
import type { View } from '~/view/useView'

import { paymentColumns, paymentKey, paymentsFile } from './columns'

/** What payments of one type come to in each currency. Different types don’t add up. */
function sumText(sums: PaymentPage['sums'] | undefined): string | null {
  if (!sums?.length || sums.some(({ type }) => type !== sums[0]?.type)) return null
  return sums.map(({ amount_minor, currency }) => formatMoney(amount_minor, currency)).join(' + ')
}

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
}

/** Payments, invoices, refunds and disputes, the newest first. */
export function PaymentList({ view, query, isEndless = false }: Props) {
  const { connection } = view
  const openCustomer = useOpenCustomer(connection.id)
  const list = useInfiniteQuery(paymentsQuery(connection.id, query))
  useFallback(view, list.error)
  const columns = useMemo(() => paymentColumns(view), [view])
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
  }
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  return (
    <div ref={card}>
      <div className="no-print flex flex-wrap items-center gap-2 px-4 pb-2 sm:px-5">
        <p className="min-w-0 flex-1 text-[0.8125rem] text-ink-soft" role="status">
          {total === undefined || isUnknown ? 'Loading…' : [countOf(total, 'entry', 'entries'), sumText(first?.sums)].filter(Boolean).join(', ')}
        </p>
        <DownloadAll
          exported={{ list: 'payments', connection_id: connection.id }}
          load={(onProgress) => allPayments(connection.id, query, onProgress)}
          name={fileName(connection.name, 'payments')}
          table={(all) => paymentsFile(all, view.currency === 'native' ? null : view.currency)}
          total={total}
        />
      </div>
      {(total === undefined || isUnknown) && <CardSkeleton rows={10} />}
      {total === 0 && !isUnknown && <Nothing types={String(query.type ?? '').split(',')} view={view} />}
      {rows.length > 0 && (endless ? <endless.EndlessTable {...table} list={list} total={total ?? rows.length} /> : <DataTable {...table} />)}
      {!isEndless && <ShowMore className="pt-3" list={list} />}
    </div>
  )
}
