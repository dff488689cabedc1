import type { ChurnAt } from '~/api/types'

export const CHURN_AT: { id: ChurnAt; label: string; hint: string }[] = [
  { id: 'ended', label: 'When service ends', hint: 'When the billing system ends the subscription' },
  { id: 'requested', label: 'When cancellation is requested', hint: 'On the day the customer cancels, even if service continues' },
  { id: 'paid_through', label: 'At the end of the paid period', hint: 'When the last paid period ends' },
]
