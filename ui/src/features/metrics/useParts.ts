import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { registryQuery, valueQuery } from '~/api/queries'
import type { MetricDefinition, ValueSeries } from '~/api/types'
import { sentence } from '~/format/names'
import { shownCurrency } from '~/view/currency'
import { valueOf } from '~/view/figure'
import { foreignFilters } from '~/view/filterable'
import { groupLabel } from '~/view/groupLabels'
import { isKnown } from '~/view/known'
import type { DimensionName } from '~/view/pageSearch'
import { DIMENSIONS } from '~/view/pageSearch'
import type { View } from '~/view/useView'

import { known } from './useFigures'

/** What a metric was in one group over the whole range. */
export interface Part {
  key: string
  label: string
  value: number
}

export const isDimension = (by: string): by is DimensionName => (DIMENSIONS as readonly string[]).includes(by)

/** Groups that are no attribute of a customer have the source's own words, such as `card_declined`. */
function labelOf(by: string, { group }: ValueSeries, view: View): string {
  if (isDimension(by)) return groupLabel(by, group, view.facets)
  const { key = '', label = '' } = group ?? {}
  return label && label !== key ? label : sentence(key || 'unknown')
}

/**
 * A metric by its groups over the page's whole range, largest first: a flow is added up, a level is as of the end. `metric` is
 * missing where the server does not have it, or can't break it down that way.
 */
export function useParts(view: View, id: string, by: string) {
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
      label: labelOf(by, one, view),
      value: valueOf(metric?.measure ?? 'flow', one.points) ?? 0,
    }))
    return all.filter(({ value }) => value !== 0).toSorted((a, b) => b.value - a.value)
  }, [report, currency, by, view, metric])
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
