import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { registryQuery, valueQuery } from '~/api/queries'
import type { MetricDefinition } from '~/api/types'
import { shownCurrency } from '~/view/currency'
import { valueOf } from '~/view/figure'
import { foreignFilters } from '~/view/filterable'
import { groupLabel } from '~/view/groupLabels'
import { isKnown } from '~/view/known'
import type { BreakdownName } from '~/view/pageSearch'
import type { View } from '~/view/useView'

import { known } from './useFigures'

/** What a metric was in one group over the whole range. */
export interface Part {
  key: string
  label: string
  value: number
}

/** Ages follow each other, whatever their size. */
export const isOrdered = (by: BreakdownName) => by === 'age'

/**
 * A metric by its groups over the page's whole range, largest first where they have no order of their own: a flow is added up, a level is as of the end. `metric` is
 * missing where the server does not have it, or can't break it down that way.
 */
export function useParts(view: View, id: string, by: BreakdownName) {
  const registry = useQuery(registryQuery)
  const found = registry.data?.find((one) => one.id === id)
  const metric: MetricDefinition | undefined = (found?.dimensions as readonly string[] | undefined)?.includes(by) ? found : undefined
  const foreign = metric ? foreignFilters(metric, view.filters) : []
  const currency = shownCurrency(view)
  const enabled = metric !== undefined && foreign.length === 0
  const query = useQuery({ ...valueQuery(view.connection.id, id, { ...view.series, by }), enabled })
  const report = known(query.data)
  const parts = useMemo(() => {
    const series = report?.series.filter((one) => one.currency === currency) ?? []
    const all = series.map((one): Part => ({
      key: one.group?.key ?? '',
      label: groupLabel(by, one.group, view.facets),
      value: valueOf(metric?.measure ?? 'flow', one.points) ?? 0,
    }))
    const some = all.filter(({ value }) => value !== 0)
    return isOrdered(by) ? some : some.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value))
  }, [report, currency, by, view.facets, metric])
  return {
    metric,
    parts,
    foreign,
    /** Whether the answer lacks what the metric is made of. */
    isAbsent: report !== undefined && report.series.length === 0 && report.absent.length > 0,
    currency: currency ?? 'usd',
    isLoading: enabled && query.error === null && (!isKnown(query.data) || currency === undefined),
    isStale: query.isPlaceholderData,
    error: query.data ? null : query.error,
    refetch: () => void query.refetch(),
  }
}
