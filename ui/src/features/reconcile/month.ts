import type { Query } from '~/api/client'
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

/** What lists the invoices that were paid in a month, in one currency. */
export const paidIn = (month_on: Day, currency: Currency, today: Day): Query => ({
  ...daysOfMonth(month_on, today),
  currency: 'native',
  filter_currency: [currency],
  type: 'paid_invoice',
})

/** MRR in one currency at the end of each month, by the month's first day. */
export function mrrByMonth(report: MrrReport | undefined, currency: Currency | undefined): ReadonlyMap<Day, number> {
  const points = report?.series.find((one) => one.currency === currency)?.points ?? []
  return new Map(points.map(({ start_on, mrr_minor }) => [firstOfMonth(start_on), mrr_minor]))
}
