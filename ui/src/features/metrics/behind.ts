import type { MetricDefinition, MetricGroup, MovementType } from '~/api/types'

/** Metrics that MRR's movements explain: a click on one of their periods shows what changed in it. */
const MOVED: ReadonlySet<MetricGroup> = new Set(['mrr', 'customers', 'churn', 'retention'])

export const isMoved = ({ group, dimensions }: Pick<MetricDefinition, 'group' | 'dimensions'>) =>
  MOVED.has(group) && dimensions.includes('plan')

/** Where what is behind a metric is listed: on a page, or with the sums of its formula, under a name. */
export type Behind = { list: 'customers' } | { list: 'movements'; types: MovementType[] } | { list: 'value'; name: string }

const OF_PAYMENTS: ReadonlySet<MetricGroup> = new Set(['revenue', 'payments'])

export function behindOf(metric: Pick<MetricDefinition, 'id' | 'group' | 'measure' | 'dimensions'>): Behind {
  if (OF_PAYMENTS.has(metric.group)) {
    // What moved the balance belongs to no customer, and so to no country.
    return { list: 'value', name: metric.dimensions.includes('country') ? 'Payments behind it' : 'What is behind it' }
  }
  // What was never billed is no customer's MRR yet.
  if (!isMoved(metric) || metric.id === 'unbilled_mrr') return { list: 'value', name: 'Customers behind it' }
  if (metric.group === 'churn') return { list: 'movements', types: ['churn', 'contraction'] }
  if (metric.measure === 'level') return { list: 'customers' }
  return { list: 'movements', types: [] }
}
