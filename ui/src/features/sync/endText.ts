import type { Day } from '~/api/types'
import { countOf, formatDuration } from '~/format/number'

const DAYS_PER_YEAR = 365.25
const MONTHS_PER_YEAR = 12

export interface ImportEnd {
  first_on: Day | null
  today: Day
  customers: number
  /** How long it took; not known where the page was opened in between. */
  seconds: number | undefined
  /** How many months and currencies don't add up. */
  unexplained: number
}

/** `3 years`, `5 months`, `12 days` */
function reachText(first_on: Day, today: Day): string {
  const days = Math.round((Date.parse(today) - Date.parse(first_on)) / 86_400_000) + 1
  const years = Math.floor(days / DAYS_PER_YEAR)
  if (years >= 1) return countOf(years, 'year')
  const months = Math.floor((days / DAYS_PER_YEAR) * MONTHS_PER_YEAR)
  return months >= 1 ? countOf(months, 'month') : countOf(days, 'day')
}

/** `3 years of history, 20,000 customers, 45 seconds, 0 unexplained` */
export function importEndText({ first_on, today, customers, seconds, unexplained }: ImportEnd): string {
  return [
    first_on && `${reachText(first_on, today)} of history`,
    countOf(customers, 'customer'),
    seconds !== undefined && formatDuration(seconds),
    unexplained === 0 ? '0 unexplained' : `${countOf(unexplained, 'month')} unexplained`,
  ]
    .filter(Boolean)
    .join(', ')
}
