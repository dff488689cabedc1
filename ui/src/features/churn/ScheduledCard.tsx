import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'

import { valueQuery } from '~/api/queries'
import type { ValuePoint } from '~/api/types'
import { SeriesChart } from '~/charts/SeriesChart'
import type { Mark } from '~/charts/listen'
import { EmptyState } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import type { DayRange } from '~/features/upcoming/useUpcoming'
import { shownCurrency } from '~/view/currency'
import { isKnown } from '~/view/known'
import { AHEAD } from '~/view/search'
import type { View } from '~/view/useView'
import { overRange } from '~/view/useView'

/** What still lies ahead of a month is known now: none of it is "so far". */
const asWhole = (points: readonly ValuePoint[]) => points.map((point) => ({ ...point, is_partial: false }))

/** With native currencies, one of several is drawn: the others may well have some. */
function nothingOf({ currency, facets }: View, shown: string | undefined): string {
  const isOneOfSeveral = currency === 'native' && (facets?.currencies.length ?? 0) > 1
  return `No subscription${isOneOfSeveral ? ` in ${shown?.toUpperCase() ?? ''}` : ''} is set to cancel in the next 12 months.`
}

/** MRR that is set to end, by when it does: whatever range is chosen, of the next twelve months. */
export function ScheduledCard({ view: given, onOpen }: { view: View; onOpen: (days: DayRange) => void }) {
  const view = useMemo(() => overRange(given, AHEAD), [given])
  const query = useQuery(valueQuery(view.connection.id, 'scheduled_churn', view.series))
  const currency = shownCurrency(view)
  const points = useMemo(
    () => asWhole(query.data?.series.find((one) => one.currency === currency)?.points ?? []),
    [query.data, currency],
  )
  const series = useMemo(
    () => [{ id: 'scheduled_churn', name: 'Scheduled churn', colorToken: '--churn', values: points.map(({ value }) => value) }],
    [points],
  )
  const open = useCallback(
    ({ index }: Mark) => {
      const point = points[index]
      if (point) onOpen({ from: point.start_on, to: point.end_on })
    },
    [points, onOpen],
  )
  const isLoading = query.error === null && (!isKnown(query.data) || currency === undefined)
  const total = points.reduce((sum, { value }) => sum + (value ?? 0), 0)
  return (
    <SeriesChart
      isSummed
      buckets={points}
      chart="columns"
      currency={currency ?? 'usd'}
      error={query.data ? null : query.error}
      figureOf={() => <Money className="font-medium" currency={currency ?? 'usd'} minor={total} />}
      height={240}
      hint="Click to see the customers"
      isLoading={isLoading}
      isStale={query.isPlaceholderData}
      label="Columns of MRR that is set to end, by the month in which it does. The table view has every figure."
      metric="scheduled_churn"
      series={series}
      title="Scheduled churn, next 12 months"
      unit="money"
      view={view}
      {...(!isLoading && total === 0
        ? { empty: <EmptyState title="Nothing is set to end">{nothingOf(view, currency)}</EmptyState> }
        : {})}
      onMark={open}
      onRetry={() => void query.refetch()}
    />
  )
}
