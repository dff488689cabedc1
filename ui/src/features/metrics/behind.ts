import type { MetricDefinition, MetricGroup, MovementType } from '~/api/types'

/** Metrics that MRR's movements explain: a click on one of their periods shows what changed in it. */
const MOVED: ReadonlySet<MetricGroup> = new Set(['mrr', 'customers', 'churn', 'retention'])

export const isMoved = ({ group, dimensions }: Pick<MetricDefinition, 'group' | 'dimensions'>) =>
  MOVED.has(group) && dimensions.includes('plan')

/** Which list has the customers behind a metric, if there is one. */
export type Behind = { list: 'customers' } | { list: 'movements'; types: MovementType[] }

export function behindOf(metric: Pick<MetricDefinition, 'group' | 'measure' | 'dimensions'>): Behind | null {
  if (!isMoved(metric)) return null
  if (metric.group === 'churn') return { list: 'movements', types: ['churn', 'contraction'] }
  if (metric.measure === 'level') return { list: 'customers' }
  return { list: 'movements', types: [] }
}
