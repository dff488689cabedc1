import type { Day, MetricDefinition } from '~/api/types'
import { FILTER_OF, REST, UNKNOWN, isDimension } from '~/view/groupLabels'
import type { BreakdownName } from '~/view/pageSearch'
import type { FilterName } from '~/view/search'

/** What narrows a value that is opened: a filter, or the code with which payments were declined. */
export type ValuePart = { filter: { name: FilterName; id: string } } | { declineCode: string }

/** A value of a metric that can be opened. */
export interface OpenedValue {
  /** The metric's id. */
  metric: string
  days: { from: Day; to: Day }
  part?: ValuePart | undefined
}

/** Nothing is behind a zero, unless it was divided from something. */
export function hasBehind({ measure }: Pick<MetricDefinition, 'measure'>, value: number | null | undefined): value is number {
  return typeof value === 'number' && (value !== 0 || measure === 'ratio')
}

/** A group of a breakdown, as what narrows the list behind it; none where no list can be narrowed to it. */
export function partBehind(by: BreakdownName, key: string): ValuePart | undefined {
  if (key === '' || key === REST || key === UNKNOWN) return undefined
  if (isDimension(by)) return { filter: { name: FILTER_OF[by], id: key } }
  return by === 'decline_code' ? { declineCode: key } : undefined
}
