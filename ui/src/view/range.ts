import type { Day, Interval } from '~/api/types'
import { addDays, firstOfMonth, formatRange } from '~/format/date'

import type { Range, ViewSearch } from './search'

export const RANGE_LABEL: Record<Range, string> = {
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  '6m': 'Last 6 months',
  '12m': 'Last 12 months',
  '24m': 'Last 24 months',
  ytd: 'This year',
  all: 'All time',
  custom: 'Custom',
}

export const DEFAULT_RANGE = '12m' satisfies Range

/** The days that a preset means today. Months are whole ones: the running one and as many before it as the preset says. */
function daysOfPreset(range: Exclude<Range, 'custom'>, today: Day, firstOn: Day | null): { from: Day; to: Day } {
  switch (range) {
    case '30d':
      return { from: addDays(today, -29), to: today }
    case '90d':
      return { from: addDays(today, -89), to: today }
    case '6m':
      return { from: firstOfMonth(today, -6), to: today }
    case '12m':
      return { from: firstOfMonth(today, -12), to: today }
    case '24m':
      return { from: firstOfMonth(today, -24), to: today }
    case 'ytd':
      return { from: `${today.slice(0, 4)}-01-01`, to: today }
    case 'all':
      return { from: firstOn && firstOn < today ? firstOn : firstOfMonth(today, -12), to: today }
  }
}

const DAY_MS = 86_400_000
const lengthOf = (from: Day, to: Day) => (Date.parse(to) - Date.parse(from)) / DAY_MS + 1

/** A day each for a month, a week each for a quarter, else months: what can be read as bars. */
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
