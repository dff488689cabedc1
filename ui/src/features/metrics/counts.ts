import type { Currency, ExplainedTerm, MetricDefinition } from '~/api/types'
import { formatCount } from '~/format/number'
import { formatValue } from '~/format/value'

/** Which parts of a ratio's explanation are above its line and below it. */
interface Fraction {
  plus: string
  less?: string
  below: string
  /** What of the lower part may still come to be in the upper one. */
  running?: string
}

const FRACTIONS: Readonly<Record<string, Fraction>> = {
  arpa: { plus: 'mrr', below: 'customers' },
  average_sale_price: { plus: 'new_mrr', below: 'new_customers' },
  mrr_growth_rate: { plus: 'end_mrr', less: 'base_mrr', below: 'base_mrr' },
  customer_churn_rate: { plus: 'lost_customers', below: 'base_customers' },
  voluntary_churn_rate: { plus: 'lost_customers', less: 'failed_customers', below: 'base_customers' },
  involuntary_churn_rate: { plus: 'failed_customers', below: 'base_customers' },
  gross_mrr_churn_rate: { plus: 'lost_mrr', below: 'base_mrr' },
  net_mrr_churn_rate: { plus: 'base_mrr', less: 'retained_mrr', below: 'base_mrr' },
  net_revenue_retention: { plus: 'retained_mrr', below: 'base_mrr' },
  gross_revenue_retention: { plus: 'kept_mrr', below: 'base_mrr' },
  trial_conversion_rate: { plus: 'trials_converted', below: 'trials_started', running: 'trials_running' },
  recovery_rate: { plus: 'recovered_invoice', below: 'failed_invoice' },
  refund_rate: { plus: 'refund', below: 'payment' },
}

/** Whether a metric divides one sum by another, which its table shows. */
export const isFraction = ({ id }: Pick<MetricDefinition, 'id'>) => id in FRACTIONS

/** `2 of 156`; of a mean, `$9,264.00 ÷ 156`; of trials, `0 of 3, 2 still running`. `null` where a part is not known. */
export function countsOf({ id, unit }: Pick<MetricDefinition, 'id' | 'unit'>, parts: readonly ExplainedTerm[], currency: Currency): string | null {
  const fraction = FRACTIONS[id]
  if (fraction === undefined) return null
  const part = (name: string | undefined) => parts.find((one) => one.id === name)
  const [plus, less, below] = [part(fraction.plus), part(fraction.less), part(fraction.below)]
  if (plus === undefined || below === undefined || (fraction.less !== undefined && less === undefined)) return null
  // What is lost is negative in its list, and a rate of it is not.
  const above = fraction.plus === 'lost_mrr' ? 0 - plus.value : plus.value - (less?.value ?? 0)
  const running = part(fraction.running)?.value ?? 0
  const rest = running > 0 ? `, ${formatCount(running)} still running` : ''
  return `${formatValue(above, plus.unit, currency)} ${unit === 'ratio' ? 'of' : '÷'} ${formatValue(below.value, below.unit, currency)}${rest}`
}
