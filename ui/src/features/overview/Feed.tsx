import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'

import { movementsQuery } from '~/api/queries'
import type { Day, Movement } from '~/api/types'
import { ErrorState, SkeletonRows } from '~/components/Feedback'
import { MoneyDelta, MovementName } from '~/components/Figures'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { addDays, formatDay } from '~/format/date'
import { isKnown } from '~/view/known'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

const SHOWN = 12
const DAYS = 30

function nameOf(day: Day, today: Day): string {
  if (day === today) return 'Today'
  return day === addDays(today, -1) ? 'Yesterday' : formatDay(day)
}

function byDay(movements: readonly Movement[]): [Day, Movement[]][] {
  const days = new Map<Day, Movement[]>()
  for (const movement of movements) days.set(movement.on, [...(days.get(movement.on) ?? []), movement])
  return [...days]
}

/** What happened last. The stream of changes keeps it current. */
export function Feed({ view }: { view: View }) {
  const { connection, today, scope } = view
  const list = useInfiniteQuery(
    movementsQuery(connection.id, { from: addDays(today, 1 - DAYS), to: today, ...scope, limit: SHOWN }),
  )
  const first = list.data?.pages[0]
  const days = useMemo(() => byDay(first?.data ?? []), [first])
  const isUnknown = days.length === 0 && !isKnown(connection)
  return (
    <section aria-label="What happened" className="card min-w-0 px-4 py-4 sm:px-5">
      <h2 className="font-semibold">What happened</h2>
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {(!list.data || isUnknown) && !list.error && <SkeletonRows rows={8} />}
      {first && !isUnknown && days.length === 0 && (
        <p className="py-4 text-sm text-ink-soft">No customer’s MRR changed in the last {DAYS} days.</p>
      )}
      <ul className="mt-1 divide-y divide-line">
        {days.flatMap(([day, movements]) =>
          movements.map((movement, index) => (
            <li
              key={`${movement.on} ${movement.customer_id} ${movement.currency}`}
              className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-3 py-2 text-sm sm:grid-cols-[6.5rem_minmax(0,1fr)_9rem_7rem]"
            >
              <span className={`num text-ink-soft max-sm:order-3 max-sm:text-xs ${index > 0 ? 'sm:invisible' : ''}`}>
                {nameOf(day, today)}
              </span>
              <CustomerLink
                connectionId={connection.id}
                customer={{ id: movement.customer_id, name: movement.name, email: movement.email }}
              />
              <span className="text-ink-soft max-sm:order-4 max-sm:text-xs">
                <MovementName type={movement.type} />
                {movement.is_involuntary && <span className="block pl-4.5 text-xs">payment failed</span>}
              </span>
              <span className="text-right">
                <MoneyDelta currency={movement.currency} minor={movement.delta_minor} />
              </span>
            </li>
          )),
        )}
      </ul>
      {days.length > 0 && (
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
