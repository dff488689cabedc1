import { useQuery } from '@tanstack/react-query'

import { registryQuery } from '~/api/queries'
import type { MetricDefinition } from '~/api/types'
import type { View } from '~/view/useView'

import type { Figure } from './useFigures'
import { useFigures } from './useFigures'

/** Stands for a metric that the server does not have, or not yet: nothing is requested for it. */
const MISSING: MetricDefinition = {
  id: '',
  label: '',
  formula: '',
  docs_url: '',
  group: 'mrr',
  unit: 'count',
  measure: 'level',
  better: null,
  dimensions: [],
  looks_ahead: false,
  supports_filters: false,
  why_unknown: null,
}

/** The whole of one metric over the page's range, for a sentence: the same requests as its tile. `undefined` until it is known. */
export function useFigureOf(view: View, id: string): Figure | undefined {
  const { data } = useQuery(registryQuery)
  const metric = data?.find((one) => one.id === id)
  const { figures, isLoading, isStale } = useFigures(view, metric ?? MISSING, { isEnabled: metric !== undefined })
  return isLoading || isStale ? undefined : figures[0]
}
