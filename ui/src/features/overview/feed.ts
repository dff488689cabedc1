/** What happened last: changes of MRR and invoices that failed, as one list. */
import type { Currency, Day, Money, Movement, Payment } from '~/api/types'

export interface FeedEvent {
  key: string
  on: Day
  customer: { id: string; name: string | null; email: string | null }
  amount: Money
  /** Not there where a payment failed, which changes no MRR by itself. */
  movement: Movement | null
}

/** In the currency of the view, where there is a rate. */
function amountOf(currency: Currency, minor: number, converted: number | null | undefined, view: string): Money {
  return view === 'native' || converted == null ? { currency, amount_minor: minor } : { currency: view, amount_minor: converted }
}

const customerOf = ({ customer_id: id, name = null, email = null }: Movement | Payment) => ({ id, name, email })

/**
 * The newest events, as many as asked for. Both lists come newest first and have at least as many, where there are; of a day, changes
 * of MRR come first.
 */
export function feedOf(movements: readonly Movement[], failures: readonly Payment[], view: string, count: number): FeedEvent[] {
  const changes = movements.map((movement): FeedEvent => {
    const { on, customer_id, currency, delta_minor, converted_minor } = movement
    return {
      key: `${on} ${customer_id} ${currency}`,
      on,
      customer: customerOf(movement),
      amount: amountOf(currency, delta_minor, converted_minor, view),
      movement,
    }
  })
  const failed = failures.map((payment, index): FeedEvent => {
    const { at, on, customer_id, currency, amount_minor, converted_minor } = payment
    return {
      key: `failed ${at} ${customer_id} ${index}`,
      on,
      customer: customerOf(payment),
      amount: amountOf(currency, amount_minor, converted_minor, view),
      movement: null,
    }
  })
  // Sorting is stable: days alone decide.
  return [...changes, ...failed].toSorted((a, b) => (a.on === b.on ? 0 : a.on < b.on ? 1 : -1)).slice(0, count)
}
