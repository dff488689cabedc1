import { useInfiniteQuery } from '@tanstack/react-query'

import { upcomingQuery } from '~/api/queries'
import { DefinitionButton } from '~/charts/Definition'
import { Button } from '~/components/Button'
import { CardHead } from '~/components/CardHead'
import { CardSkeleton, ErrorState } from '~/components/Feedback'
import { UpcomingTable } from '~/features/upcoming/UpcomingTable'
import { daysAhead, upcomingOf } from '~/features/upcoming/useUpcoming'
import { countOf } from '~/format/number'
import { worthText } from '~/format/worth'
import { isKnown } from '~/view/known'
import type { View } from '~/view/useView'

const DAYS = 7
const SHOWN = 8
const TITLE = `Trials ending in the next ${DAYS} days`
const FORMULA = 'Running trials by the day on which they end, with what each would be worth per month: its part of trial MRR.'

interface CardProps {
  view: View
  /** Opens the trials of these days, or all that run. */
  onOpen: (days?: { from: string; to: string }) => void
}

/** Who decides next, and how much MRR that is. Always as of today. */
export function EndingCard({ view, onOpen }: CardProps) {
  const { connection } = view
  const days = daysAhead(view, DAYS)
  const list = useInfiniteQuery(upcomingQuery(connection.id, { ...upcomingOf(view, 'trial_end', days), limit: SHOWN }))
  const [page] = list.data?.pages ?? []
  // While the first customers are still being imported, an empty list says nothing.
  const isUnknown = page === undefined || (page.total === 0 && !isKnown(connection))
  const hasMore = page !== undefined && page.total > page.data.length
  return (
    <section aria-label={TITLE} className="card min-w-0 pb-2">
      <CardHead
        definition={<DefinitionButton formula={FORMULA} label={TITLE} page="upcoming" />}
        lead={
          isUnknown || page.total === 0
            ? 'Today included'
            : `${countOf(page.total, 'trial')} with ${worthText(page, view.currency)} MRR at stake`
        }
        title={TITLE}
      >
        {hasMore && (
          <Button size="small" onPress={() => onOpen(days)}>
            See all {page.total}
          </Button>
        )}
        <Button size="small" onPress={() => onOpen()}>
          All running trials
        </Button>
      </CardHead>
      {list.error && !page && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {isUnknown && !list.error && <CardSkeleton rows={4} />}
      {!isUnknown && page.total === 0 && (
        <p className="px-4 pb-3 text-sm text-ink-soft sm:px-5">No trial ends in the next {DAYS} days.</p>
      )}
      {!isUnknown && page.total > 0 && (
        <UpcomingTable isStale={list.isPlaceholderData} label={TITLE} rows={page.data} view={view} what="trial_end" />
      )}
    </section>
  )
}
