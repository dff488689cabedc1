/**
 * What a metric's figure over a period is: one value, and what it is compared with.
 *
 * - A level, such as MRR, is its value at the end, against its value at the end of the period before or a year earlier.
 * - A mean of what there is, such as ARPA, is that of the end as well.
 * - A flow, such as revenue, is the sum of the days, against as many days before.
 * - A ratio, such as a churn rate, has to be computed by the server for exactly these days. Where they cross a year, no interval
 *   has them in one piece: then it is that of the last month, as far as it is in the range.
 */
import type { Interval, Measure, ValuePoint } from '~/api/types'
import { firstOfMonth, formatDay, formatMonth, lastOfMonth } from '~/format/date'

import { daysName, levelName, singleBucketOf } from './period'
import type { Period } from './period'
import { AHEAD } from './search'
import type { Days } from './range'
import { rangeBefore, shiftMonths } from './range'

/** What to request: its points, added up where there are several, are the value. */
export interface Span extends Days {
  interval: Interval
}

/** Whether a metric says what there is at the end of a period, and not what happened in it. */
export const isAtEnd = (measure: Measure) => measure === 'level' || measure === 'mean'

/** The days that a figure is of. */
export function figureDays(measure: Measure, { focus }: Period): Days {
  if (isAtEnd(measure)) return { start: focus.end, end: focus.end }
  if (measure === 'flow' || singleBucketOf(focus) !== null) return focus
  const month = firstOfMonth(focus.end)
  return { start: month > focus.start ? month : focus.start, end: focus.end }
}

/** The days that it is compared with. */
export function comparedDays(measure: Measure, period: Period): Days | null {
  const { compared_with: compared, focus } = period
  if (compared === null) return null
  if (isAtEnd(measure)) return { start: compared.level_on, end: compared.level_on }
  const days = figureDays(measure, period)
  if (days.start === focus.start) return { start: compared.start, end: compared.end }
  return compared.what === 'year' ? shiftMonths(days, -12) : rangeBefore('month', days)
}

/** Some days as one request. */
export const spanOf = (days: Days, interval: Interval): Span => ({ ...days, interval: singleBucketOf(days) ?? interval })

const sum = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value): value is number => value !== null)
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0)
}

/** The value of a span's points. */
export function valueOf(measure: Measure, points: readonly ValuePoint[]): number | null | undefined {
  if (points.length === 0) return undefined
  return measure === 'flow' ? sum(points.map(({ value }) => value)) : points.at(-1)?.value
}

/** Whether a value of these points lacks something that has no exchange rate. */
export function lacksRates(measure: Measure, points: readonly Pick<ValuePoint, 'lacks_rates'>[]): boolean {
  return measure === 'flow' ? points.some((point) => point.lacks_rates) : (points.at(-1)?.lacks_rates ?? false)
}

/** Those of the chart's points that a figure over some days is made of. */
export const pointsIn = <P extends ValuePoint>(measure: Measure, days: Days, points: readonly P[]): P[] =>
  isAtEnd(measure) ? points.slice(-1) : points.filter(({ start_on }) => start_on >= days.start)

/** The same from the points of the chart, where they can be put together to exactly these days; else `undefined`. */
export function valueIn(measure: Measure, days: Days, points: readonly ValuePoint[]): number | null | undefined {
  const last = points.at(-1)
  if (last === undefined) return undefined
  if (isAtEnd(measure)) return last.end_on >= days.end ? last.value : undefined
  const within = pointsIn(measure, days, points)
  if (within[0]?.start_on !== days.start || last.end_on < days.end) return undefined
  return measure === 'flow' || within.length === 1 ? valueOf(measure, within) : undefined
}

/** `Nov 2026 so far`, `Nov 29, 2026`: what a figure is of. */
export function ofName(measure: Measure, period: Period): string {
  const days = figureDays(measure, period)
  if (isAtEnd(measure)) return period.is_running ? 'Now' : daysName(days)
  if (period.range === AHEAD) return period.label
  if (!period.is_running) return daysName(days)
  const isMonth = days.start === firstOfMonth(days.end)
  return `${isMonth ? formatMonth(days.start) : daysName(days)} so far`
}

/** The same within a sentence: `in November 2026 so far`, `on Nov 29, 2026`, `between Oct 1 and Dec 31, 2026`. */
export function whenPhrase(measure: Measure, period: Period): string {
  const { start, end } = figureDays(measure, period)
  const isMonth = start === firstOfMonth(end) && (period.is_running || end === lastOfMonth(end))
  const when =
    start === end ? `on ${formatDay(start)}` : isMonth ? `in ${formatMonth(start, { long: true })}` : `between ${formatDay(start)} and ${formatDay(end)}`
  return period.is_running ? `${when} so far` : when
}

/** `end of October 2026`, `Oct 1 – 29, 2026`: what a change is measured against. */
export function againstName(measure: Measure, period: Period): string | null {
  const days = comparedDays(measure, period)
  if (days === null) return null
  return isAtEnd(measure) ? levelName(days.end) : daysName(days)
}

export interface Change {
  amount: number
  /** Absent for a ratio, whose change is in percentage points, and where there was nothing before. */
  ratio: number | null
}

/** `null` where either value is not known. */
export function changeOf(measure: Measure, value: number | null | undefined, before: number | null | undefined): Change | null {
  if (value === null || value === undefined || before === null || before === undefined) return null
  const amount = value - before
  return { amount, ratio: measure === 'ratio' || before <= 0 ? null : amount / before }
}
