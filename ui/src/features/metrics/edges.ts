import type { Day, Interval, Measure, ValuePoint } from '~/api/types'
import { isRunning } from '~/charts/buckets'
import { addDays } from '~/format/date'
import { isAtEnd } from '~/view/figure'
import type { Days } from '~/view/range'
import { shiftMonths } from '~/view/range'

const MONTHS: Partial<Record<Interval, number>> = { month: 1, quarter: 3, year: 12 }

/** The same days one interval earlier. */
function earlier(days: Days, interval: Interval): Days {
  const months = MONTHS[interval]
  if (months !== undefined) return shiftMonths(days, -months)
  const length = interval === 'week' ? 7 : 1
  return { start: addDays(days.start, -length), end: addDays(days.end, -length) }
}

/** The days before a table's first period, which that is compared with. `null` where the range cuts the period short. */
export function daysBeforeFirst(measure: Measure, interval: Interval, [first]: readonly ValuePoint[], today: Day): Days | null {
  if (first === undefined) return null
  const last = addDays(first.start_on, -1)
  if (isAtEnd(measure)) return { start: last, end: last }
  if (first.is_partial) return null
  const { start } = earlier({ start: first.start_on, end: first.start_on }, interval)
  return isRunning(first, today) ? null : { start, end: last }
}

/** As many days of the period before the one that still runs. A day that has not ended is compared with none. */
export function daysBeforeRunning(measure: Measure, interval: Interval, points: readonly ValuePoint[], today: Day): Days | null {
  const last = points.at(-1)
  if (last === undefined || isAtEnd(measure) || interval === 'day' || !isRunning(last, today)) return null
  return earlier({ start: last.start_on, end: today }, interval)
}
