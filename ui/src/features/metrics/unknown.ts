import type { Measure, MetricDefinition, ValueReport } from '~/api/types'
import { FILTER_LABEL } from '~/view/filterNames'
import type { FilterName } from '~/view/search'

/** What a metric says of itself: a ratio or a mean, what there was none of where it has no value. */
type Divided = Pick<MetricDefinition, 'why_unknown'>

/** What is known of a metric whose figure may be a dash. */
interface Of {
  metric?: Divided
  /** Whether the key can't read what it is made of. */
  isAbsent?: boolean
}

/**
 * Whether a figure is a dash because the key can't read what it is made of. A ratio or a mean that has a value in any period can be
 * read: where it has none, there was nothing to divide by. A level's 0 may stand for what can't be read on any day.
 */
export function isUnread(measure: Measure, report: Pick<ValueReport, 'absent' | 'series'> | undefined): boolean {
  if (report === undefined || report.absent.length === 0) return false
  const hasValue = report.series.some(({ points }) => points.some(({ value }) => Boolean(value)))
  return !hasValue || (measure === 'level' && report.series.some(({ points }) => points.at(-1)?.value === 0))
}

/** Why a figure is a dash. */
export function reasonUnknown(
  foreign: readonly FilterName[],
  value: number | null | undefined,
  { metric, isAbsent = false }: Of = {},
): string | undefined {
  if (foreign.length > 0) {
    const names = foreign.map((name) => FILTER_LABEL[name].toLowerCase()).join(', ')
    return `Can’t be split by ${names}`
  }
  if (typeof value === 'number') return undefined
  if (isAbsent) return 'The key can’t read this'
  return value === null ? (metric?.why_unknown ?? 'Nothing to divide by') : 'No data for this selection'
}

/** What a chart without a single value says. */
export function whyNothing(metric: Divided | undefined, canReachBack: boolean): string {
  const reason = metric?.why_unknown?.replace(/at the start$/, 'at the start of any period shown')
  if (reason) return canReachBack ? `${reason}. A longer range may have more to show.` : `${reason}.`
  return canReachBack ? 'Choose a longer range or another currency.' : 'It appears as soon as there is something to calculate it from.'
}
