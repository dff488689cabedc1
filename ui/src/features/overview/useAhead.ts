import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { valueQuery } from '~/api/queries'
import type { Day } from '~/api/types'
import { addDays } from '~/format/date'
import { shownCurrency } from '~/view/currency'
import { isKnown } from '~/view/known'
import type { View } from '~/view/useView'

/** MRR that will be lost because it is set to cancel; `undefined` where that is not known. */
export interface Ahead {
  today: number | undefined
  week: number | undefined
  month: number | undefined
  quarter: number | undefined
}

const DAYS = { today: 1, week: 7, month: 30, quarter: 90 }

/** What is set to cancel within so many days, today included. */
export function useAhead(view: View): Ahead {
  const { connection, today, scope } = view
  const until = (days: number): Day => addDays(today, days - 1)
  const query = useQuery(
    valueQuery(connection.id, 'scheduled_churn', { from: today, to: until(DAYS.quarter), interval: 'day', ...scope }),
  )
  const currency = shownCurrency(view)
  return useMemo(() => {
    const points = isKnown(query.data) ? (query.data?.series.find((one) => one.currency === currency)?.points ?? []) : undefined
    const within = (days: number) =>
      points?.filter(({ start_on }) => start_on <= until(days)).reduce((sum, { value }) => sum + (value ?? 0), 0)
    return { today: within(DAYS.today), week: within(DAYS.week), month: within(DAYS.month), quarter: within(DAYS.quarter) }
    // oxlint-disable-next-line react/exhaustive-deps
  }, [query.data, currency, today])
}
