import type { Currency, Day, MrrReport } from '~/api/types'
import { firstOfMonth, formatMonth, lastOfMonth } from '~/format/date'

/** `Nov 2026, so far`, `Oct 2026` */
export const monthText = (month_on: Day, today: Day): string =>
  `${formatMonth(month_on)}${month_on === firstOfMonth(today) ? ', so far' : ''}`

/** The days of a month, as far as there are any. */
export function daysOfMonth(month_on: Day, today: Day): { from: Day; to: Day } {
  const last = lastOfMonth(month_on)
  return { from: firstOfMonth(month_on), to: last > today ? today : last }
}

/** MRR in one currency at the end of each month, by the month's first day. */
export function mrrByMonth(report: MrrReport | undefined, currency: Currency | undefined): ReadonlyMap<Day, number> {
  const points = report?.series.find((one) => one.currency === currency)?.points ?? []
  return new Map(points.map(({ start_on, mrr_minor }) => [firstOfMonth(start_on), mrr_minor]))
}
