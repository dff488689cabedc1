import type { Connection, Day } from '~/api/types'
import { firstOfMonth } from '~/format/date'

/** Whether an answer says anything: before the first invoices are there, its zeros only mean that nothing is known yet. */
export function isKnown(answer: { is_history_complete: boolean; reaches_back_on: Day | null } | undefined): boolean {
  return answer !== undefined && (answer.is_history_complete || answer.reaches_back_on !== null)
}

type Reach = Pick<Connection, 'is_history_complete' | 'reaches_back_on'>

/** Whether history has all of the month that a change begins in. Else every change would look like growth. */
export function isComparable({ is_history_complete, reaches_back_on }: Reach, since: Day): boolean {
  return is_history_complete || (reaches_back_on !== null && reaches_back_on < firstOfMonth(since))
}
