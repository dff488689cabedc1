import { FILTER_LABEL } from '~/view/filterNames'
import type { FilterName } from '~/view/search'

/** What a ratio or an average would need, by the metric that lacks it. */
const NOTHING_TO_DIVIDE_BY: Readonly<Record<string, string>> = {
  arpa: 'No active customers',
  average_sale_price: 'No new customers',
  average_revenue_per_customer: 'Nobody paid',
  quick_ratio: 'No MRR was lost',
  mrr_growth_rate: 'No MRR at the start',
  gross_mrr_churn_rate: 'No MRR at the start',
  net_mrr_churn_rate: 'No MRR at the start',
  net_revenue_retention: 'No MRR at the start',
  gross_revenue_retention: 'No MRR at the start',
  customer_churn_rate: 'No customers at the start',
  voluntary_churn_rate: 'No customers at the start',
  involuntary_churn_rate: 'No customers at the start',
  ltv: 'No churn to go by',
  customer_lifetime_months: 'No churn to go by',
  trial_conversion_rate: 'No trial started',
  days_to_convert: 'No trial converted',
  recovery_rate: 'No payment failed',
  refund_rate: 'Nothing collected',
}

/** What is known of a metric whose figure may be a dash. */
interface Of {
  metricId?: string
  /** Whether the key can't read what it is made of. */
  isAbsent?: boolean
}

/** Why a figure is a dash. */
export function reasonUnknown(
  foreign: readonly FilterName[],
  value: number | null | undefined,
  { metricId = '', isAbsent = false }: Of = {},
): string | undefined {
  if (foreign.length > 0) {
    const names = foreign.map((name) => FILTER_LABEL[name].toLowerCase()).join(', ')
    return `Can’t be split by ${names}`
  }
  if (typeof value === 'number') return undefined
  if (isAbsent) return 'The key can’t read this'
  return value === null ? (NOTHING_TO_DIVIDE_BY[metricId] ?? 'Nothing to divide by') : 'No data for this selection'
}

/** What a chart without a single value says. */
export function whyNothing(metricId: string, canReachBack: boolean): string {
  const reason = NOTHING_TO_DIVIDE_BY[metricId]?.replace(/at the start$/, 'at the start of any period shown')
  if (reason) return canReachBack ? `${reason}. A longer range may have more to show.` : `${reason}.`
  return canReachBack ? 'Choose a longer range or another currency.' : 'It appears as soon as there is something to calculate it from.'
}
