import type { Explanation } from '../src/api/types.ts'
import { mrrAt } from './metrics.ts'
import type { MockCustomer } from './world.ts'
import { TODAY } from './world.ts'

const RULES: Record<string, [string, string]> = {
  new: ['billed', 'A period was billed, so the price is worth what was billed from the start of that period on.'],
  reactivation: ['billed', 'A period was billed again, so the price is worth what was billed from the start of that period on.'],
  expansion: [
    'prorated',
    'A change within the period was billed for the time that remained, so the price counts in full from the change on.',
  ],
  contraction: [
    'prorated',
    'A change within the period was billed for the time that remained, so the price counts in full from the change on.',
  ],
  churn: ['ended', 'Service ended in the billing system, so the price is worth nothing from there on.'],
}

export function explanation(customer: MockCustomer, on: string | null): Explanation {
  const until = on ?? TODAY
  const mrr = mrrAt(customer, until)
  const steps = customer.movements
    .filter((movement) => movement.on <= until)
    .map((movement, index) => {
      const at = Date.parse(`${movement.on}T10:00:00Z`) / 1000
      const [rule, reason] = RULES[movement.type] ?? ['billed', '']
      const lines =
        movement.type === 'churn'
          ? []
          : [
              {
                id: `il_${customer.id.slice(4)}${index}`,
                invoice: `in_${customer.id.slice(4)}${index}`,
                invoice_number: `A1B2-000${index + 1}`,
                invoice_status: 'paid',
                description: `1 × ${customer.plan.label}`,
                amount_minor: movement.mrr_after_minor,
                discount_minor: 0,
                inclusive_tax_minor: 0,
                quantity: '1',
                period_start: at,
                period_end: at + 30 * 86_400,
                is_proration: movement.type === 'expansion',
              },
            ]
      return {
        at,
        value_minor: movement.mrr_after_minor,
        delta_minor: movement.delta_minor,
        rule,
        reason,
        arithmetic: lines.length
          ? `${(movement.mrr_after_minor / 100).toFixed(2)} − 0.00 discounts − 0.00 taxes = ${(movement.mrr_after_minor / 100).toFixed(2)}; ÷ 1 month`
          : null,
        lines,
      }
    })
  return {
    at: null,
    mrr: mrr ? [{ currency: customer.currency, amount_minor: mrr }] : [],
    parts: steps.length
      ? [
          {
            subscription: `sub_${customer.id.slice(4)}`,
            price: customer.plan.id,
            label: customer.plan.label,
            currency: customer.currency,
            value_minor: mrr,
            steps,
          },
        ]
      : [],
    left_out: [],
  }
}
