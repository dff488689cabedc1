import type { MrrBridge, MrrStatementCustomer } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import { moneyOf } from '~/format/money'
import { sentence } from '~/format/names'

/** The lines that every statement has, by the names that the API opens them with. */
export const MRR = 'mrr'
export const UNEXPLAINED = 'unexplained'
export const PROVIDER_MRR = 'provider_mrr'

type Words = readonly [name: string, hint: (source: string) => string]

/** The name of a reason, and what is behind it. */
const REASONS: Record<string, Words> = {
  set_to_cancel: [
    'Set to cancel',
    (source) => `Counted here until the subscription ends. ${source} stops when cancellation is requested.`,
  ],
  in_trial: ['In a trial', (source) => `Billed already, but ${source} counts nothing during a trial.`],
  ended: ['Ended', () => 'Your setting for churn keeps these subscriptions in MRR for longer.'],
  not_active: [
    'Paused, unpaid or incomplete',
    (source) => `${source} only counts subscriptions that are active or past due.`,
  ],
  missing: ['Subscriptions that no longer exist', (source) => `Bills name them, but ${source} no longer has them.`],
  counted_as_ended: ['Counted as ended', () => 'Your setting for churn ends these subscriptions earlier.'],
  usage: ['Usage', (source) => `Your settings include metered prices. ${source} leaves them out.`],
  never_billed: ['Never billed', (source) => `Active, but without a bill so far. ${source} counts their prices.`],
  collection_paused: [
    'Collection paused',
    (source) => `Nothing is being collected. ${source} counts them because they are active.`,
  ],
  given_up: ['Bills voided or written off', () => 'The bill of the current period was voided or written off.'],
  not_billed: ['Not billed yet', () => 'Items or periods without a bill so far.'],
  item_removed: ['Removed items', () => 'Paid for until the end of their period, but no longer part of the subscription.'],
  ending_discount: ['Discounts that end', (source) => `${source} counts the full price unless a discount lasts forever.`],
  other_discount: ['Other discounts', () => 'Billed with a discount that the subscription doesn’t list, or no longer lists.'],
  new_discount: ['New permanent discounts', () => 'Given since the last bill.'],
  tax: ['Tax inside the price', () => 'Not billed yet, so it isn’t subtracted here.'],
  other_amount: ['Billed at another price', () => 'The bill differs from the list price.'],
  quantity: ['Quantity changed', () => 'Changed since the last bill.'],
  price: ['Price changed', () => 'Changed since the last bill.'],
  unknown_price: ['Price not known', () => 'The list price can’t be read, so it is missing below.'],
  rounding: ['Rounding', () => 'The last cent, where discounts or taxes are rounded differently.'],
}

const providerMrr = (source: string) => `MRR as ${source} counts it`

export function lineName(line: string, source: string): string {
  if (line === MRR) return 'MRR'
  if (line === PROVIDER_MRR) return providerMrr(source)
  return REASONS[line]?.[0] ?? sentence(line)
}

function hintOf(line: string, source: string): string {
  if (line === MRR) return 'What the latest bills are worth per month.'
  if (line === PROVIDER_MRR) return 'Active and past due subscriptions at their list prices, less permanent discounts.'
  if (line === UNEXPLAINED) return 'What none of these reasons explains.'
  return REASONS[line]?.[1](source) ?? ''
}

export interface MrrLine {
  id: string
  name: string
  hint: string
  minor: number
  customers: number
}

/** From our MRR to the provider's. */
export function linesOf(bridge: MrrBridge, source: string): MrrLine[] {
  const line = (id: string, minor: number, customers: number): MrrLine => ({
    id,
    name: lineName(id, source),
    hint: hintOf(id, source),
    minor,
    customers,
  })
  return [
    line(MRR, bridge.mrr_minor, bridge.customers),
    ...bridge.reasons.map(({ reason, amount_minor, customers }) => line(reason, amount_minor, customers)),
    line(UNEXPLAINED, bridge.unexplained_minor, bridge.unexplained_customers),
    line(PROVIDER_MRR, bridge.provider_mrr_minor, bridge.provider_customers),
  ]
}

/** All currencies: each line says its own. */
export function mrrFile(bridges: readonly MrrBridge[], source: string): ExportTable {
  return {
    columns: ['currency', 'line', 'amount', 'customers'],
    rows: bridges.flatMap((bridge) =>
      linesOf(bridge, source).map(({ id, minor, customers }) => [bridge.currency, id, moneyOf(minor, bridge.currency), customers]),
    ),
  }
}

/** Why the two figures of a customer differ. */
export function whyOf({ reasons, unexplained_minor }: MrrStatementCustomer, source: string): string {
  const names = reasons.map(({ reason }) => lineName(reason, source))
  return [...names, ...(unexplained_minor === 0 ? [] : ['Unexplained'])].join(', ')
}

/** Every customer, with a column for each reason that occurs. */
export function customersFile(rows: readonly MrrStatementCustomer[]): ExportTable {
  const reasons = [...new Set(rows.flatMap((row) => row.reasons.map(({ reason }) => reason)))]
  return {
    columns: ['customer_id', 'name', 'email', 'currency', 'mrr', ...reasons, 'unexplained', 'provider_mrr'],
    rows: rows.map((row) => {
      const amount = (minor: number) => moneyOf(minor, row.currency)
      const of = (reason: string) => row.reasons.find((one) => one.reason === reason)?.amount_minor ?? 0
      return [
        row.customer_id,
        row.name,
        row.email,
        row.currency,
        amount(row.mrr_minor),
        ...reasons.map((reason) => amount(of(reason))),
        amount(row.unexplained_minor),
        amount(row.provider_mrr_minor),
      ]
    }),
  }
}
