import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'

import type { Query } from '~/api/client'
import { movementsQuery, paymentsQuery, registryQuery } from '~/api/queries'
import type { Day } from '~/api/types'
import { ErrorState, SkeletonRows } from '~/components/Feedback'
import { Money, MoneyDelta, MovementName, Swatch } from '~/components/Figures'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { addDays, formatDay } from '~/format/date'
import { shownCurrency } from '~/view/currency'
import { foreignFilters } from '~/view/filterable'
import { isKnown } from '~/view/known'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import type { FeedEvent } from './feed'
import { feedOf } from './feed'

const SHOWN = 12
const DAYS = 30

function nameOf(day: Day, today: Day): string {
  if (day === today) return 'Today'
  return day === addDays(today, -1) ? 'Yesterday' : formatDay(day)
}

/** The movements and the invoices that failed. Natively, those of the currency that the page shows. */
function useEvents(view: View) {
  const { connection, today, scope, currency, filters } = view
  const shown = shownCurrency(view)
  const native: Query = currency === 'native' && shown ? { filter_currency: [shown] } : {}
  const query: Query = { from: addDays(today, 1 - DAYS), to: today, ...scope, ...native, limit: SHOWN }
  const list = useInfiniteQuery(movementsQuery(connection.id, query))
  const metric = useQuery(registryQuery).data?.find(({ id }) => id === 'failed_invoices')
  // An invoice belongs to no plan: with such a filter, which failed is not known.
  const failed = useInfiniteQuery({
    ...paymentsQuery(connection.id, { ...query, type: 'failed_invoice' }),
    enabled: metric !== undefined && foreignFilters(metric, filters).length === 0,
  })
  const [movements, failures] = [list.data?.pages[0]?.data, failed.data?.pages[0]?.data]
  const events = useMemo(() => feedOf(movements ?? [], failures ?? [], currency, SHOWN), [movements, failures, currency])
  return { list, events, hasFailures: failures !== undefined }
}

function What({ event: { movement } }: { event: FeedEvent }) {
  if (movement === null) {
    return (
      <span className="inline-flex items-center gap-2 whitespace-nowrap">
        <Swatch color="var(--fx)" />
        Payment failed
      </span>
    )
  }
  return (
    <>
      <MovementName type={movement.type} />
      {movement.is_involuntary && <span className="block pl-4.5 text-xs">payment failed</span>}
    </>
  )
}

/** What happened last. The stream of changes keeps it current. */
export function Feed({ view }: { view: View }) {
  const { connection, today } = view
  const { list, events, hasFailures } = useEvents(view)
  const isUnknown = events.length === 0 && !isKnown(connection)
  return (
    <section aria-label="What happened" className="card min-w-0 px-4 py-4 sm:px-5">
      <h2 className="font-semibold">What happened</h2>
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {(!list.data || isUnknown) && !list.error && <SkeletonRows rows={8} />}
      {list.data && !isUnknown && events.length === 0 && (
        <p className="py-4 text-sm text-ink-soft">
          No customer’s MRR changed {hasFailures && 'and no payment failed '}in the last {DAYS} days.
        </p>
      )}
      <ul className="mt-1 divide-y divide-line">
        {list.data &&
          events.map((event, index) => (
            <li
              key={event.key}
              className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-3 py-2 text-sm sm:grid-cols-[6.5rem_minmax(0,1fr)_9rem_7rem]"
            >
              <span className={`num text-ink-soft max-sm:order-3 max-sm:text-xs ${events[index - 1]?.on === event.on ? 'sm:invisible' : ''}`}>
                {nameOf(event.on, today)}
              </span>
              <CustomerLink connectionId={connection.id} customer={event.customer} />
              <span className="text-ink-soft max-sm:order-4 max-sm:text-xs">
                <What event={event} />
              </span>
              <span className="text-right">
                {event.movement === null ? (
                  <Money className="text-ink-soft" currency={event.amount.currency} minor={event.amount.amount_minor} />
                ) : (
                  <MoneyDelta currency={event.amount.currency} minor={event.amount.amount_minor} />
                )}
              </span>
            </li>
          ))}
      </ul>
      {events.length > 0 && (
        <Link
          className="link mt-2 inline-block text-sm"
          params={{ connectionId: connection.id }}
          search={(before) => ({ ...keptSearch(before), range: '30d' as const, from: undefined, to: undefined })}
          to="/c/$connectionId/movements"
        >
          All movements
        </Link>
      )}
    </section>
  )
}
