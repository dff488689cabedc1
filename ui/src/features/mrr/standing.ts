import type { Connection, Currency, Day, MrrPoint, MrrSeries } from '~/api/types'
import { firstOfMonth } from '~/format/date'

export interface Standing {
  currency: Currency
  now: MrrPoint
  before_minor: number
  change_minor: number
  /** `null` when there was nothing last month. */
  change_ratio: number | null
}

export function standingOf(series: MrrSeries): Standing | undefined {
  const now = series.points.at(-1)
  if (!now) return undefined
  const before_minor = series.points.at(-2)?.mrr_minor ?? 0
  const change_minor = now.mrr_minor - before_minor
  return {
    currency: series.currency,
    now,
    before_minor,
    change_minor,
    change_ratio: before_minor === 0 ? null : change_minor / before_minor,
  }
}

/** A month that history has not reached yet would make every change look like growth. */
export function isComparable({
  connection,
  today,
}: {
  connection: Pick<Connection, 'is_history_complete' | 'reaches_back_on'>
  today: Day
}): boolean {
  const { is_history_complete, reaches_back_on } = connection
  return is_history_complete || (reaches_back_on !== null && reaches_back_on < firstOfMonth(today, -1))
}
