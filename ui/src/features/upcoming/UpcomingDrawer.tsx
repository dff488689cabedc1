import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { allUpcoming, upcomingQuery } from '~/api/queries'
import type { UpcomingKind } from '~/api/types'
import { fileName } from '~/charts/export'
import { DownloadAll } from '~/components/DownloadAll'
import { EmptyState, ErrorState, SkeletonRows } from '~/components/Feedback'
import { DetailDrawer } from '~/components/Overlay'
import { ShowMore } from '~/components/ShowMore'
import { formatRange } from '~/format/date'
import { countOf } from '~/format/number'
import { worthText } from '~/format/worth'
import { shownCurrency } from '~/view/currency'
import { isKnown } from '~/view/known'
import { useFallback } from '~/view/useFallback'
import type { View } from '~/view/useView'

import { UpcomingTable } from './UpcomingTable'
import { upcomingFile } from './file'
import type { DayRange } from './useUpcoming'
import { upcomingOf } from './useUpcoming'

const TITLE: Record<UpcomingKind, string> = {
  trial_end: 'Trials that end',
  end: 'Subscriptions set to end',
  renewal: 'Renewals',
}
const NOTHING: Record<UpcomingKind, string> = {
  trial_end: 'No running trial ends on these days.',
  end: 'No subscription with MRR is set to end on these days.',
  renewal: 'No subscription with MRR renews on these days.',
}
export const NOUN: Record<UpcomingKind, string> = { trial_end: 'trial', end: 'subscription', renewal: 'subscription' }

/** With native currencies, the one of several that is listed. */
const ofOne = (view: View) =>
  view.currency === 'native' && (view.facets?.currencies.length ?? 0) > 1 ? shownCurrency(view)?.toUpperCase() : undefined

interface Props {
  view: View
  /** Closed without it. */
  what: UpcomingKind | undefined
  /** All days ahead without them. */
  days: DayRange | undefined
  onClose: () => void
}

/** One by one, what is behind a figure of the days ahead. */
export function UpcomingDrawer({ view, what, days, onClose }: Props) {
  return (
    <DetailDrawer
      isOpen={what !== undefined}
      subtitle={[days ? formatRange(days.from, days.to) : 'From today on', ofOne(view)].filter(Boolean).join(' · ')}
      title={what && TITLE[what]}
      width="max-w-3xl"
      onClose={onClose}
    >
      {what && <Content days={days} view={view} what={what} />}
    </DetailDrawer>
  )
}

function Content({ view, what, days }: { view: View; what: UpcomingKind; days: DayRange | undefined }) {
  const { connection, currency } = view
  const query = upcomingOf(view, what, days)
  const list = useInfiniteQuery(upcomingQuery(connection.id, query))
  useFallback(view, list.error)
  const rows = useMemo(() => list.data?.pages.flatMap(({ data }) => data) ?? [], [list.data])
  const [page] = list.data?.pages ?? []
  if (list.error && !page) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  // While the first customers are still being imported, an empty list says nothing.
  if (page === undefined || (page.total === 0 && !isKnown(connection))) return <SkeletonRows rows={8} />
  if (page.total === 0) return <EmptyState title="Nothing here">{NOTHING[what]}</EmptyState>
  return (
    <div className="-mx-5">
      <div className="flex flex-wrap items-center gap-2 px-4 pb-2 sm:px-5">
        <p className="min-w-0 flex-1 text-[0.8125rem] text-ink-soft" role="status">
          {countOf(page.total, NOUN[what])} with {worthText(page, currency)} MRR
        </p>
        <DownloadAll
          exported={{ list: 'upcoming', connection_id: connection.id }}
          load={(onProgress) => allUpcoming(connection.id, query, onProgress)}
          name={fileName(connection.name, TITLE[what])}
          table={(all) => upcomingFile(all, currency === 'native' ? null : currency)}
          total={page.total}
        />
      </div>
      <UpcomingTable isStale={list.isPlaceholderData} label={TITLE[what]} rows={rows} view={view} what={what} />
      <ShowMore className="pt-3" list={list} />
    </div>
  )
}
