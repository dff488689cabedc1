import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

import type { UpcomingQuery } from '~/api/queries'
import type { Day, UpcomingKind } from '~/api/types'
import { addDays } from '~/format/date'
import { shownCurrency } from '~/view/currency'
import type { OpenAhead } from '~/view/pageSearch'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'

export interface DayRange {
  from: Day
  to: Day
}

/** Later than anything that is set. */
const LAST_DAY: Day = '9999-12-31'

const NO_LIST = { ahead: undefined, ahead_from: undefined, ahead_to: undefined }

/** So many days, today included. */
export const daysAhead = ({ today }: Pick<View, 'today'>, days: number): DayRange => ({ from: today, to: addDays(today, days - 1) })

/** What is asked for: with native currencies, only the one that the page shows. */
export function upcomingOf(view: View, what: UpcomingKind, days: DayRange | undefined): UpcomingQuery {
  const currency = shownCurrency(view)
  const scope = view.currency === 'native' && currency ? { ...view.scope, filter_currency: [currency] } : view.scope
  return { ...scope, what, ...(days ?? { from: view.today, to: LAST_DAY }) }
}

/** The list of what is ahead that is open. It is in the address, so it can be shared, and going back closes it. */
export function useUpcoming() {
  const { ahead: what, ahead_from: from, ahead_to: to }: OpenAhead = useSearch({ strict: false })
  const navigate = useNavigate()
  const open = useCallback(
    (kind: UpcomingKind, days?: DayRange) =>
      void navigate({
        to: '.',
        search: (before: object) => compact({ ...before, ahead: kind, ahead_from: days?.from, ahead_to: days?.to }),
        resetScroll: false,
      }),
    [navigate],
  )
  const close = () => void navigate({ to: '.', search: (before: object) => compact({ ...before, ...NO_LIST }), resetScroll: false })
  const days = from !== undefined && to !== undefined ? { from, to } : undefined
  return { open, drawer: { what, days, onClose: close } }
}
