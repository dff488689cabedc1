import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { cohortsQuery } from '~/api/queries'
import { IS_SHARED } from '~/api/visit'
import { shownCurrency } from '~/view/currency'
import { groupLabel } from '~/view/groupLabels'
import { isKnown } from '~/view/known'
import type { CohortWhat, DimensionName } from '~/view/pageSearch'
import { useFallback } from '~/view/useFallback'
import type { View } from '~/view/useView'

import type { CohortRow } from './cohorts'
import { byStart, cohortInterval, combined, rowOf, seriesIn } from './cohorts'
import { lackingOf } from './lacking'

const NO_LABELS: ReadonlyMap<string, string> = new Map()

/** The cohorts that started in the page's range: by their start, or put together by what they had first. */
export function useCohorts(view: View, what: CohortWhat, by: DimensionName | undefined) {
  const { period, connection, scope, facets } = view
  const interval = cohortInterval(period.interval)
  const currency = shownCurrency(view)
  const query = useQuery(
    cohortsQuery(connection.id, { from: period.start, to: period.end, what, interval, by, ...scope }),
  )
  useFallback(view, query.error)
  const answer = isKnown(query.data) ? query.data : undefined
  const rows = useMemo(() => {
    const series = seriesIn(answer, currency)
    if (by === undefined) {
      const cohorts = series[0]?.cohorts ?? []
      return { starts: cohorts.map((cohort) => rowOf(what, cohort)), groups: byStart(what, interval, cohorts), all: combined(what, '', cohorts) }
    }
    const groups = series.map(({ group, cohorts }): CohortRow => combined(what, group?.key ?? '', cohorts))
    return { starts: groups.toSorted((a, b) => b.customers - a.customers), groups: undefined, all: undefined }
  }, [answer, currency, by, what, interval])
  const isIncomplete = rows.starts.some(({ cells }) => cells.some((cell) => cell.isIncomplete))
  const labels = useMemo(
    () =>
      by === undefined
        ? NO_LABELS
        : new Map(seriesIn(answer, currency).map(({ group }) => [group?.key ?? '', groupLabel(by, group, facets)])),
    [answer, currency, by, facets],
  )
  // Shared pages say no more of currencies than they show.
  const lacking = useMemo(() => (isIncomplete && !IS_SHARED ? lackingOf(view) : []), [isIncomplete, view])
  const { isPlaceholderData: isStale, refetch: again } = query
  const error = answer ? null : query.error
  const isLoading = query.error === null && (answer === undefined || currency === undefined)
  // The same object while nothing has changed: the curves are drawn again with it.
  return useMemo(() => {
    const refetch = () => void again()
    return { ...rows, labels, interval, currency: currency ?? 'usd', isLoading, isStale, error, refetch, isIncomplete, lacking }
  }, [rows, labels, interval, currency, isLoading, isStale, error, again, isIncomplete, lacking])
}

export type CohortData = ReturnType<typeof useCohorts>
