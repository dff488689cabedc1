import type { Day } from '~/api/types'
import { firstOfMonth, formatMonth } from '~/format/date'

/** `Nov 2026, so far`, `Oct 2026` */
export const monthText = (month_on: Day, today: Day): string =>
  `${formatMonth(month_on)}${month_on === firstOfMonth(today) ? ', so far' : ''}`
