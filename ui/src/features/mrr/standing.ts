import type { Connection, Currency, Day, MrrPoint, MrrSeries } from '~/api/types'
import { firstOfMonth } from '~/format/date'
import type { ViewPeriod } from '~/view/range'
import { DEFAULT_RANGE } from '~/view/range'

import { netOf } from './pointColumns'

export interface Standing {
  currency: Currency
  now: MrrPoint
  before_minor: number
  change_minor: number
  /** `null` when there was nothing before. */
  change_ratio: number | null
}

function comparedWith(currency: Currency, now: MrrPoint, before_minor: number): Standing {
  const change_minor = now.mrr_minor - before_minor
  return { currency, now, before_minor, change_minor, change_ratio: before_minor === 0 ? null : change_minor / before_minor }
}

/** The last period against the one before it. A series begins with its first period, before which there was nothing. */
export function standingOf({ currency, points }: MrrSeries): Standing | undefined {
  const now = points.at(-1)
  return now && comparedWith(currency, now, points.at(-2)?.mrr_minor ?? 0)
}

/** The end of a range against its start: MRR just before its first day is what its movements lead away from. */
export function standingOfRange({ currency, points }: MrrSeries): Standing | undefined {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return undefined
  return comparedWith(currency, { ...last, start_on: first.start_on }, first.mrr_minor - netOf(first))
}

/** The default range is read as of now, against the end of last month; any other one at its end, against its start. */
export const isOfRange = ({ range }: ViewPeriod) => range !== DEFAULT_RANGE

/** Whether an answer says anything: before the first invoices are there, its zeros only mean that nothing is known yet. */
export function isKnown(answer: { is_history_complete: boolean; reaches_back_on: Day | null } | undefined): boolean {
  return answer !== undefined && (answer.is_history_complete || answer.reaches_back_on !== null)
}

type Reach = Pick<Connection, 'is_history_complete' | 'reaches_back_on'>

/** Whether history reaches the day before which a change began. Else every change would look like growth. */
export function isComparable({ connection, today }: { connection: Reach; today: Day }, since = firstOfMonth(today, -1)): boolean {
  const { is_history_complete, reaches_back_on } = connection
  return is_history_complete || (reaches_back_on !== null && reaches_back_on < since)
}
