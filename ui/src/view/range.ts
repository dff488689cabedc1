import type { Day, Interval } from '~/api/types'
import { addDays, firstOfMonth, formatRange } from '~/format/date'

import type { Range, ViewSearch } from './search'

export const RANGE_LABEL: Record<Range, string> = {
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  '6m': 'Last 6 months',
  '12m': 'Last 12 months',
  '24m': 'Last 24 months',
  '6m-full': '6 full months',
  '12m-full': '12 full months',
  '24m-full': '24 full months',
  ytd: 'This year',
  all: 'All time',
  custom: 'Custom',
}

export const DEFAULT_RANGE = '12m' satisfies Range

/** Full months up to the end of the last one. */
const fullMonths = (today: Day, months: number) => ({ from: firstOfMonth(today, -months), to: addDays(firstOfMonth(today), -1) })

/** The days that a preset means today. "Last 12 months" are the running month so far and the 11 full ones before it. */
function daysOfPreset(range: Exclude<Range, 'custom'>, today: Day, firstOn: Day | null): { from: Day; to: Day } {
  switch (range) {
    case '30d':
      return { from: addDays(today, -29), to: today }
    case '90d':
      return { from: addDays(today, -89), to: today }
    case '6m':
      return { from: firstOfMonth(today, -5), to: today }
    case '12m':
      return { from: firstOfMonth(today, -11), to: today }
    case '24m':
      return { from: firstOfMonth(today, -23), to: today }
    case '6m-full':
      return fullMonths(today, 6)
    case '12m-full':
      return fullMonths(today, 12)
    case '24m-full':
      return fullMonths(today, 24)
    case 'ytd':
      return { from: `${today.slice(0, 4)}-01-01`, to: today }
    case 'all':
      return { from: firstOn && firstOn < today ? firstOn : firstOfMonth(today, -11), to: today }
  }
}

const DAY_MS = 86_400_000
const lengthOf = (from: Day, to: Day) => (Date.parse(to) - Date.parse(from)) / DAY_MS + 1

/** Days for a month, weeks for a quarter, else months or quarters: as many bars as one can read. */
export function intervalFor(from: Day, to: Day): Interval {
  const days = lengthOf(from, to)
  if (days <= 45) return 'day'
  if (days <= 120) return 'week'
  return days <= 366 * 4 ? 'month' : 'quarter'
}

export interface ViewPeriod {
  range: Range
  from: Day
  to: Day
  interval: Interval
  label: string
}

/** The period that an address means, with every default filled in. */
export function periodOf(view: ViewSearch, today: Day, firstOn: Day | null): ViewPeriod {
  const range = view.range ?? DEFAULT_RANGE
  const days =
    range === 'custom' && view.from && view.to
      ? { from: view.from, to: view.to }
      : daysOfPreset(range === 'custom' ? DEFAULT_RANGE : range, today, firstOn)
  const label = range === 'custom' ? formatRange(days.from, days.to) : RANGE_LABEL[range]
  return { range, ...days, interval: view.interval ?? intervalFor(days.from, days.to), label }
}
