/**
 * The period of a page: which days its figures are of, in which intervals they are drawn, and what a change is measured against.
 * Pages take it from `useView().period`; nothing else decides on days.
 */
import type { Day, Interval } from '~/api/types'
import { addDays, firstOfMonth, formatMonth, formatDay, formatRange, lastOfMonth } from '~/format/date'
import { INTERVALS } from '~/format/names'

import type { Days } from './range'
import { DEFAULT_RANGE, daysOfPreset, lengthOf, rangeBefore, rangeLabel, shiftMonths } from './range'
import type { Comparison, Range, ViewSearch } from './search'
import { AHEAD } from './search'

/** What a change is measured against. */
export interface ComparedWith extends Days {
  what: Exclude<Comparison, 'none'>
  /** The day whose end a level, such as MRR, is compared with. */
  level_on: Day
}

export interface Period extends Days {
  range: Range
  label: string
  interval: Interval
  /** The interval that was chosen, where it would have made too many points to read. */
  coarsened_from: Interval | null
  /** Whether its last day has not ended yet. */
  is_running: boolean
  /** The days that its figures are of: all of it, or the current month where the range only shows where that comes from. */
  focus: Days
  compared_with: ComparedWith | null
}

/** Days for a month, weeks for a quarter, else months or quarters: as many bars as one can read. */
export function intervalFor(days: Days): Interval {
  const length = lengthOf(days)
  if (length <= 45) return 'day'
  if (length <= 120) return 'week'
  return length <= 366 * 4 ? 'month' : 'quarter'
}

const monthsOf = (day: Day) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1

/** How many buckets an interval makes of some days; of weeks one more at most. */
function bucketsOf(days: Days, interval: Interval): number {
  const per = (months: number) => Math.floor(monthsOf(days.end) / months) - Math.floor(monthsOf(days.start) / months) + 1
  switch (interval) {
    case 'day':
      return lengthOf(days)
    case 'week':
      return Math.ceil(lengthOf(days) / 7) + 1
    case 'month':
      return per(1)
    case 'quarter':
      return per(3)
    case 'year':
      return per(12)
  }
}

/** More points than this can neither be told apart on a chart nor clicked. */
export const BUCKETS_AT_MOST = 400

/** The finest interval, from the chosen one on, that can be read. */
function readable(days: Days, chosen: Interval): Interval {
  const coarser = INTERVALS.slice(INTERVALS.indexOf(chosen))
  return coarser.find((interval) => bucketsOf(days, interval) <= BUCKETS_AT_MOST) ?? 'year'
}

/** The coarsest calendar interval that all of some days are in, if there is one: a server gives one value for it. */
export function singleBucketOf(days: Days): Interval | null {
  const single: readonly Interval[] = ['year', 'quarter', 'month', 'day']
  return single.find((interval) => bucketsOf(days, interval) === 1) ?? null
}

function comparedWith(what: Comparison, range: Range, focus: Days): ComparedWith | null {
  // What is ahead can't be compared: by now, all that was ahead earlier is over.
  if (what === 'none' || range === AHEAD) return null
  if (what === 'year') {
    const before = shiftMonths(focus, -12)
    return { what, ...before, level_on: before.end }
  }
  const before = rangeBefore(range, focus)
  return before && { what, ...before, level_on: addDays(focus.start, -1) }
}

function daysOf(view: ViewSearch, range: Range, today: Day, firstOn: Day | null): Days {
  if (range === 'custom' && view.from && view.to) return { start: view.from, end: view.to }
  return daysOfPreset(range === 'custom' ? DEFAULT_RANGE : range, today, firstOn)
}

/** The period that an address means, with every default filled in: `usual` is what a page begins with. */
export function periodOf(view: ViewSearch, today: Day, firstOn: Day | null, usual: Range = DEFAULT_RANGE): Period {
  const range = view.range ?? usual
  const days = daysOf(view, range, today, firstOn)
  const chosen = view.interval ?? intervalFor(days)
  const interval = readable(days, chosen)
  // The usual range is read as of now, against the end of last month; any other one as a whole.
  const isUsual = range === DEFAULT_RANGE
  const focus = isUsual ? { start: firstOfMonth(today), end: today } : days
  return {
    range,
    ...days,
    label: range === 'custom' ? formatRange(days.start, days.end) : rangeLabel(range),
    interval,
    coarsened_from: interval === chosen ? null : chosen,
    is_running: days.end >= today,
    focus,
    compared_with: comparedWith(view.vs ?? 'previous', isUsual ? 'month' : range, focus),
  }
}

/** The range within a sentence or title. */
export const rangeName = ({ range, label }: Period): string => (range === 'custom' ? label : label.toLowerCase())

/** `end of October 2026`, `Oct 15, 2026`: the moment that a level is compared with. */
export function levelName(day: Day): string {
  return day === lastOfMonth(day) ? `end of ${formatMonth(day, { long: true })}` : formatDay(day)
}

/** The same within a sentence: `the end of October 2026`. */
export const levelPhrase = (day: Day): string => levelName(day).replace(/^end of/, 'the end of')

/** `November 2026` or `Nov 1 – 29, 2026`. */
export function daysName({ start, end }: Days): string {
  if (start === end) return formatDay(start)
  const isMonth = start === firstOfMonth(start) && end === lastOfMonth(start)
  return isMonth ? formatMonth(start, { long: true }) : formatRange(start, end)
}
