/** Cohorts as the page shows them: one row for each start, or for each group, with shares and averages worked out. */
import type { Cohort, CohortReport, Currency, Day, Interval } from '~/api/types'
import { addDays, firstOfMonth, firstOfQuarter, firstOfYear } from '~/format/date'
import type { CohortWhat } from '~/view/pageSearch'

export type CohortInterval = Extract<Interval, 'month' | 'quarter' | 'year'>


/** What has become of a row in one of the periods since its start. */
export interface CohortCell {
  /** Customers, or smallest units. */
  value: number
  /** The customers of the row who have been around that long. */
  customers: number
  /** What the value is a share of: the same customers, or their MRR at the end of their first period. */
  base: number
  /** Whether the period is not over. */
  isRunning: boolean
  /** Whether most of the row's customers have not been around that long: the average of a few. */
  isYoung: boolean
  /** Whether something is missing in it, or in the first period that it is a share of, because it has no exchange rate. */
  isIncomplete: boolean
}

export interface CohortRow {
  /** The first day of the start, or the key of a group; empty for all. */
  key: string
  /** Missing where several starts are put together. */
  start_on: Day | null
  customers: number
  mrr_minor: number
  cells: CohortCell[]
}

/** Days and weeks are too short to keep customers in. */
export const cohortInterval = (interval: Interval): CohortInterval =>
  interval === 'quarter' || interval === 'year' ? interval : 'month'

const MONTHS: Record<CohortInterval, number> = { month: 1, quarter: 3, year: 12 }

/** The last day of the period that begins a number of periods after a start. */
export const endOf = (start: Day, interval: CohortInterval, at: number): Day =>
  addDays(firstOfMonth(start, MONTHS[interval] * (at + 1)), -1)

const baseOf = (what: CohortWhat, cohort: Pick<Cohort, 'customers' | 'mrr_minor'>) =>
  what === 'mrr' ? cohort.mrr_minor : cohort.customers

const isRunningAt = ({ values, is_last_partial }: Cohort, at: number) => is_last_partial && at === values.length - 1

const lacks = (marks: readonly boolean[] | undefined, at: number) => (marks?.[at] ?? false) || (marks?.[0] ?? false)

export function rowOf(what: CohortWhat, cohort: Cohort): CohortRow {
  const { start_on, customers, mrr_minor, values, lacks_rates } = cohort
  const cells = values.map((value, at) => ({
    value,
    customers,
    base: baseOf(what, cohort),
    isRunning: isRunningAt(cohort, at),
    isYoung: false,
    isIncomplete: lacks(lacks_rates, at),
  }))
  return { key: start_on, start_on, customers, mrr_minor, cells }
}

/**
 * Several cohorts as one row: in each period, what is left of those that have been around that long. A period that still runs for a
 * cohort says nothing about it yet.
 */
export function combined(what: CohortWhat, key: string, cohorts: readonly Cohort[]): CohortRow {
  const customers = cohorts.reduce((sum, cohort) => sum + cohort.customers, 0)
  const mrr_minor = cohorts.reduce((sum, cohort) => sum + cohort.mrr_minor, 0)
  const length = Math.max(0, ...cohorts.map((cohort) => cohort.values.length))
  const cells: CohortCell[] = []
  for (let at = 0; at < length; at += 1) {
    const cell = { value: 0, customers: 0, base: 0, isRunning: false, isYoung: false, isIncomplete: false }
    for (const cohort of cohorts) {
      const value = cohort.values[at]
      if (value === undefined || isRunningAt(cohort, at)) continue
      cell.value += value
      cell.customers += cohort.customers
      cell.base += baseOf(what, cohort)
      cell.isIncomplete ||= lacks(cohort.lacks_rates, at)
    }
    if (cell.customers === 0) break
    cells.push({ ...cell, isYoung: cell.customers * 2 < customers })
  }
  return { key, start_on: null, customers, mrr_minor, cells }
}

/** The part that is left, or the average revenue of a customer; `null` with nothing to divide by. */
export function ratioOf(what: CohortWhat, { value, base }: Pick<CohortCell, 'value' | 'base'>): number | null {
  if (base === 0) return null
  return what === 'revenue' ? Math.round(value / base) : value / base
}

export const seriesIn = (report: CohortReport | undefined, currency: Currency | undefined) =>
  report?.series.filter((series) => series.currency === currency) ?? []

/** More curves than this can't be told apart. */
const CURVES_AT_MOST = 8
const LAST_STARTS = 24

/** Cohorts put together by the quarter or year that they started in, so that a few curves show whether newer ones do better. */
export function byStart(what: CohortWhat, interval: CohortInterval, cohorts: readonly Cohort[]): { by: 'quarter' | 'year'; rows: CohortRow[] } {
  const by = interval === 'month' && cohorts.length <= LAST_STARTS ? 'quarter' : 'year'
  const groups = new Map<Day, Cohort[]>()
  for (const cohort of cohorts) {
    const start = by === 'year' ? firstOfYear(cohort.start_on) : firstOfQuarter(cohort.start_on)
    groups.set(start, [...(groups.get(start) ?? []), cohort])
  }
  const rows = [...groups].map(([start, group]) => combined(what, start, group))
  return { by, rows: rows.slice(-CURVES_AT_MOST) }
}

/** The values of a row's curve: it ends where most of its customers have not been around that long. */
export const curveOf = (what: CohortWhat, { cells }: CohortRow): (number | null)[] =>
  cells.filter(({ isYoung, isRunning }) => !isYoung && !isRunning).map((cell) => ratioOf(what, cell))
