import type { FilterName } from './search'

export const FILTER_LABEL: Record<FilterName, string> = {
  plan: 'Plan',
  product: 'Product',
  billing_interval: 'Billing interval',
  filter_currency: 'Currency',
  country: 'Country',
}
