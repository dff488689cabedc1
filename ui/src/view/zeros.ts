/**
 * What the server leaves out because it is zero. With native currencies, an answer has a series for each currency that has anything in
 * it: filters that nothing in an account matches leave none. The figure of a currency that the account bills in is then zero, and not
 * unknown.
 */
import type { Day, Interval, MrrPoint, MrrReport, ValuePoint, ValueReport } from '~/api/types'
import type { Bucket } from '~/charts/buckets'
import { addDays, firstOfMonth, firstOfQuarter, firstOfYear, utcOf } from '~/format/date'

import { shownCurrency } from './currency'
import { isKnown } from './known'
import type { Days } from './range'
import type { View } from './useView'

/** As of `Date`: 0 is Sunday. */
const FIRST_WEEKDAY: Record<string, number> = { sunday: 0, monday: 1 }

function firstOfWeek(day: Day, weekStart: string): Day {
  const first = FIRST_WEEKDAY[weekStart] ?? 1
  return addDays(day, -((utcOf(day).getUTCDay() - first + 7) % 7))
}

const FIRST: Record<Interval, (day: Day, weekStart: string) => Day> = {
  day: (day) => day,
  week: firstOfWeek,
  month: (day) => firstOfMonth(day),
  quarter: firstOfQuarter,
  year: firstOfYear,
}

const NEXT: Record<Interval, (first: Day) => Day> = {
  day: (first) => addDays(first, 1),
  week: (first) => addDays(first, 7),
  month: (first) => firstOfMonth(first, 1),
  quarter: (first) => firstOfMonth(first, 3),
  year: (first) => firstOfMonth(first, 12),
}

/** Some days in periods, the first and the last one cut to them, as the server does. */
export function bucketsOf({ start, end }: Days, interval: Interval, today: Day, weekStart: string): Bucket[] {
  const buckets: Bucket[] = []
  for (let first = FIRST[interval](start, weekStart); first <= end; first = NEXT[interval](first)) {
    const last = addDays(NEXT[interval](first), -1)
    const [start_on, end_on] = [first < start ? start : first, last > end ? end : last]
    buckets.push({ start_on, end_on, is_partial: start_on > first || end_on < last || (start_on <= today && today <= end_on) })
  }
  return buckets
}

type Report = Pick<MrrReport | ValueReport, 'currency' | 'is_history_complete' | 'reaches_back_on'> & {
  series: readonly { currency: string }[]
}

/** The currency of the page that an answer about everything has left out because nothing is in it. */
function leftOut(view: View, report: Report | undefined): string | undefined {
  const currency = shownCurrency(view)
  if (report?.currency !== 'native' || !isKnown(report) || currency === undefined) return undefined
  const isBilled = view.facets?.currencies.includes(currency) ?? false
  const only = view.filters.filter_currency
  if (only !== undefined && !only.includes(currency)) return undefined
  return isBilled && !report.series.some((one) => one.currency === currency) ? currency : undefined
}

const NO_MRR = {
  mrr_minor: 0,
  customers: 0,
  subscriptions: 0,
  new_minor: 0,
  new_customers: 0,
  expansion_minor: 0,
  expansion_customers: 0,
  reactivation_minor: 0,
  reactivation_customers: 0,
  contraction_minor: 0,
  contraction_customers: 0,
  churn_minor: 0,
  churn_customers: 0,
  fx_minor: 0,
} as const satisfies Omit<MrrPoint, keyof Bucket>

/** An answer about MRR over some days, with zeros where it has nothing in the page's currency. */
export function mrrWithZeros(view: View, report: MrrReport | undefined, days: Days): MrrReport | undefined {
  const currency = leftOut(view, report)
  if (report === undefined || currency === undefined) return report
  const points = bucketsOf(days, report.interval as Interval, view.today, view.connection.week_start).map((bucket): MrrPoint => ({ ...bucket, ...NO_MRR }))
  return { ...report, series: [...report.series, { currency, group: null, points }] }
}

/** The same of a metric. `zero` is `null` for a ratio, which then has nothing to divide by. */
export function valuesWithZeros(view: View, report: ValueReport | undefined, days: Days, zero: 0 | null): ValueReport | undefined {
  const currency = leftOut(view, report)
  if (report === undefined || currency === undefined || report.absent.length > 0) return report
  const points = bucketsOf(days, report.interval as Interval, view.today, view.connection.week_start).map((bucket): ValuePoint => ({ ...bucket, value: zero }))
  return { ...report, series: [...report.series, { currency, group: null, points }] }
}
