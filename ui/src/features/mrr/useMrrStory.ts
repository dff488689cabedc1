import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { mrrQuery } from '~/api/queries'
import type { MovementType, MrrReport } from '~/api/types'
import { addDays } from '~/format/date'
import { MOVEMENTS } from '~/format/names'
import { shownCurrency } from '~/view/currency'
import { spanOf } from '~/view/figure'
import { groupLabel } from '~/view/groupLabels'
import { levelName } from '~/view/period'
import { mrrStory } from '~/view/story'
import type { View } from '~/view/useView'

import type { Standing } from './standing'
import { known, useStandings } from './useMrrData'

/** What moved MRR over all periods of an answer. */
export function movementsOf(report: MrrReport | undefined, currency: string | undefined): Record<MovementType, number> | undefined {
  const points = report?.series.find((one) => one.currency === currency)?.points
  if (points === undefined) return undefined
  const sum = (type: MovementType) => points.reduce((total, point) => total + point[`${type}_minor`], 0)
  return Object.fromEntries(MOVEMENTS.map((type) => [type, sum(type)])) as Record<MovementType, number>
}

/** The sentence about MRR at the end of the page's period: how far it has come, and through what. */
export function useMrrStory(view: View, standings: readonly Standing[]): string | null {
  const { compared_with, focus } = view.period
  const currency = shownCurrency(view)
  const since = compared_with === null ? null : addDays(compared_with.level_on, 1)
  const { start, end, interval } = spanOf({ start: since ?? focus.end, end: focus.end }, view.period.interval)
  const between = useQuery({
    ...mrrQuery(view.connection.id, { from: start, to: end, interval, ...view.scope }),
    enabled: since !== null && since <= focus.end,
  })
  const plans = useStandings(view, 'plan')
  return useMemo(() => {
    const main = standings.find((one) => one.currency === currency)
    if (main === undefined) return null
    const { facets } = view
    return mrrStory({
      currency: main.currency,
      value: main.mrr_minor,
      before: main.before_minor,
      since: compared_with && levelName(compared_with.level_on),
      movements: between.isPlaceholderData ? undefined : movementsOf(known(between.data), currency),
      plans: plans.isStale
        ? []
        : plans.standings.flatMap((plan) =>
            plan.currency === currency && plan.change_minor !== null
              ? [{ name: groupLabel('plan', plan.group, facets), value: plan.change_minor }]
              : [],
          ),
    })
  }, [view, standings, currency, compared_with, between.data, between.isPlaceholderData, plans.standings, plans.isStale])
}
