import type { Facets, Movement } from '~/api/types'
import { reasonLabel } from '~/view/groupLabels'

/** What is known of why a movement happened: the causes of a change, or the reason of a churn and what the customer said. */
export function whyOf(row: Pick<Movement, 'is_involuntary' | 'causes' | 'churn_reason' | 'feedback'>, facets: Facets | undefined): string {
  const { causes = [], churn_reason, feedback, is_involuntary } = row
  const isTold = (id: string | null | undefined): id is string => id !== null && id !== undefined && id !== 'unknown'
  const reason = isTold(churn_reason) ? reasonLabel('churn_reason', churn_reason, facets) : is_involuntary ? 'Payment failed' : undefined
  const said = isTold(feedback) ? reasonLabel('feedback', feedback, facets) : undefined
  return [...causes.map(({ cause }) => reasonLabel('cause', cause, facets)), reason, said].filter(Boolean).join(' · ')
}
