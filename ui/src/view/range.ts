import type { Day } from '~/api/types'
import { addDays, addMonths, firstOfMonth, firstOfQuarter, firstOfYear, lastOfMonth } from '~/format/date'

import type { Range } from './search'

/** A run of whole days, both of them included. */
export interface Days {
  start: Day
  end: Day
}

export type Preset = Exclude<Range, 'custom'>

/** How far a preset goes back to reach the one before it: by days, or by calendar months, which differ in length. */
type Step = { days: number } | { months: number }

interface PresetRule {
  label: string
  days: (today: Day) => Days
  /** Absent where nothing can come before. */
  step?: Step
}

/** The last days, today included. */
const lastDays = (count: number): PresetRule => ({
  label: `Last ${count} days`,
  days: (today) => ({ start: addDays(today, 1 - count), end: today }),
  step: { days: count },
})

/** The full months before the current one, and that one so far. */
const lastMonths = (count: number): PresetRule => ({
  label: `Last ${count} months`,
  days: (today) => ({ start: firstOfMonth(today, 1 - count), end: today }),
  step: { months: count },
})

/** Full months up to the end of the last one. */
const fullMonths = (count: number): PresetRule => ({
  label: `${count} full months`,
  days: (today) => ({ start: firstOfMonth(today, -count), end: addDays(firstOfMonth(today), -1) }),
  step: { months: count },
})

/** The current month, quarter or year so far, and the whole one before it. */
const current = (label: string, months: number, first: (day: Day) => Day): PresetRule => ({
  label,
  days: (today) => ({ start: first(today), end: today }),
  step: { months },
})
const last = (label: string, months: number, first: (day: Day) => Day): PresetRule => ({
  label,
  days: (today) => ({ start: addMonths(first(today), -months), end: addDays(first(today), -1) }),
  step: { months },
})

const RULES: Record<Exclude<Preset, 'all'>, PresetRule> = {
  today: { label: 'Today', days: (today) => ({ start: today, end: today }), step: { days: 1 } },
  '7d': lastDays(7),
  '30d': lastDays(30),
  '90d': lastDays(90),
  month: current('This month', 1, firstOfMonth),
  'last-month': last('Last month', 1, firstOfMonth),
  quarter: current('This quarter', 3, firstOfQuarter),
  'last-quarter': last('Last quarter', 3, firstOfQuarter),
  ytd: current('This year', 12, firstOfYear),
  'last-year': last('Last year', 12, firstOfYear),
  '6m': lastMonths(6),
  '12m': lastMonths(12),
  '24m': lastMonths(24),
  '6m-full': fullMonths(6),
  '12m-full': fullMonths(12),
  '24m-full': fullMonths(24),
  'next-12m': {
    label: 'Next 12 months',
    days: (today) => ({ start: firstOfMonth(today), end: addDays(firstOfMonth(today, 12), -1) }),
  },
}

export const DEFAULT_RANGE = '12m' satisfies Range

export const rangeLabel = (range: Preset): string => (range === 'all' ? 'All time' : RULES[range].label)

/** The days that a preset means today. */
export function daysOfPreset(range: Preset, today: Day, firstOn: Day | null): Days {
  if (range !== 'all') return RULES[range].days(today)
  return { start: firstOn && firstOn < today ? firstOn : RULES[DEFAULT_RANGE].days(today).start, end: today }
}

/** What a shift by months makes of a last day: the last day of a month stays one. */
function shiftEnd(end: Day, months: number): Day {
  return end === lastOfMonth(end) ? lastOfMonth(addMonths(firstOfMonth(end), months)) : addMonths(end, months)
}

/** The same days, `months` later. */
export const shiftMonths = ({ start, end }: Days, months: number): Days => ({
  start: addMonths(start, months),
  end: shiftEnd(end, months),
})

const DAY_MS = 86_400_000
export const lengthOf = ({ start, end }: Days) => (Date.parse(end) - Date.parse(start)) / DAY_MS + 1

/**
 * The range before one. Of a calendar range that is still running, as many days: the 10th of a month is compared with the 10th of
 * the month before it.
 */
export function rangeBefore(range: Range, days: Days): Days | null {
  if (range === 'all') return null
  const step: Step | undefined = range === 'custom' ? { days: lengthOf(days) } : RULES[range].step
  if (step === undefined) return null
  if ('months' in step) return shiftMonths(days, -step.months)
  return { start: addDays(days.start, -step.days), end: addDays(days.end, -step.days) }
}
