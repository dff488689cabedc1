import type { CustomerStatus } from '~/api/types'

export const STATUS_LABEL: Record<CustomerStatus, string> = {
  active: 'Active',
  past_due: 'Past due',
  canceling: 'Canceling',
  trialing: 'Trialing',
  churned: 'Churned',
  never: 'Never paid',
}

export const STATUS_TITLE: Record<CustomerStatus, string> = {
  active: 'Has MRR',
  past_due: 'Has MRR, and the payment of a subscription has failed',
  canceling: 'Has MRR, and every subscription is set to cancel',
  trialing: 'Has no MRR yet; a trial is running',
  churned: 'Had MRR and no longer has any',
  never: 'Never had MRR',
}

export const STATUS_TONE: Record<CustomerStatus, 'good' | 'danger' | 'warn' | 'info' | 'plain'> = {
  active: 'good',
  past_due: 'danger',
  canceling: 'warn',
  trialing: 'info',
  churned: 'plain',
  never: 'plain',
}
