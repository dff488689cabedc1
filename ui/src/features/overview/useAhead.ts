import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { upcomingQuery, valueQuery } from '~/api/queries'
import type { Day } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { daysAhead, upcomingOf } from '~/features/upcoming/useUpcoming'
import { addDays } from '~/format/date'
import { shownCurrency } from '~/view/currency'
import { isKnown } from '~/view/known'
import type { View } from '~/view/useView'

/** MRR that is set to cancel, and MRR that renews; `undefined` where that is not known. */
export interface Ahead {
  /** What is still to renew today. */
  renewals: number | undefined
  today: number | undefined
  week: number | undefined
  month: number | undefined
  quarter: number | undefined
}

const DAYS = { today: 1, week: 7, month: 30, quarter: 90 }

/** What is set to cancel within `days`, today included. */
export function useAhead(view: View): Ahead {
  const { connection, today, scope } = view
  const until = (days: number): Day => addDays(today, days - 1)
  const query = useQuery(
    valueQuery(connection.id, 'scheduled_churn', { from: today, to: until(DAYS.quarter), interval: 'day', ...scope }),
  )
  const currency = shownCurrency(view)
  const renewing = useInfiniteQuery({
    ...upcomingQuery(connection.id, { ...upcomingOf(view, 'renewal', daysAhead(view, 1)), limit: 1 }),
    enabled: !IS_SHARED,
  })
  const [page] = renewing.data?.pages ?? []
  // Natively it is asked in the one currency that is shown.
  const renewals = page && isKnown(connection) ? (page.mrr_converted_minor ?? page.mrr[0]?.amount_minor ?? 0) : undefined
  return useMemo(() => {
    const points = isKnown(query.data) ? (query.data?.series.find((one) => one.currency === currency)?.points ?? []) : undefined
    const within = (days: number) =>
      points?.filter(({ start_on }) => start_on <= until(days)).reduce((sum, { value }) => sum + (value ?? 0), 0)
    return { renewals, today: within(DAYS.today), week: within(DAYS.week), month: within(DAYS.month), quarter: within(DAYS.quarter) }
    // oxlint-disable-next-line react/exhaustive-deps
  }, [query.data, renewals, currency, today])
}
