import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import type { Query } from '~/api/client'
import { mrrQuery } from '~/api/queries'
import type { Currency, Day, MrrReport } from '~/api/types'
import { isComparable, isKnown } from '~/view/known'
import type { View } from '~/view/useView'

import { standingsOf } from './standing'

/** An answer that says nothing yet counts as none. */
export const known = (answer: MrrReport | undefined) => (isKnown(answer) ? answer : undefined)

/** The report for the range on the page. */
export function useMrrSeries(view: View, by?: string) {
  return useQuery(mrrQuery(view.connection.id, { ...view.series, ...(by ? { by } : {}) }))
}

/** MRR at the end of the page's period and at the moment that it is compared with; of each part where it is broken down. */
export function useStandings(view: View, by?: string) {
  const { focus, compared_with } = view.period
  const at = (day: Day): Query => ({ from: day, to: day, interval: 'day', ...view.scope, ...(by ? { by } : {}) })
  const isInTime = compared_with !== null && isComparable(view.connection, compared_with.level_on)
  const now = useQuery(mrrQuery(view.connection.id, at(focus.end)))
  const before = useQuery({ ...mrrQuery(view.connection.id, at(compared_with?.level_on ?? focus.end)), enabled: isInTime })
  const report = useMemo(() => known(now.data), [now.data])
  const earlier = useMemo(() => (isInTime ? known(before.data) : undefined), [before.data, isInTime])
  const isWaiting = isInTime && before.data === undefined && before.error === null
  const standings = useMemo(() => standingsOf(isWaiting ? undefined : report, earlier), [report, earlier, isWaiting])
  return {
    /** Missing until it is known. */
    report: isWaiting ? undefined : report,
    standings,
    /** Whether a comparison is wanted, but history does not reach back to it yet. */
    isTooEarly: compared_with !== null && !isInTime,
    isStale: now.isPlaceholderData,
    error: now.data ? null : now.error,
    refetch: () => void now.refetch(),
  }
}

/** The scope of the lists beside the charts: with native currencies, only the one on the page. */
export function scopeOf(view: View, currency: Currency | undefined): Query {
  if (view.currency !== 'native' || currency === undefined) return view.scope
  return { ...view.scope, filter_currency: [currency] }
}
