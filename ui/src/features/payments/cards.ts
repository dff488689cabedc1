import type { ExpiringCard } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import { moneyOf } from '~/format/money'
import { sentence } from '~/format/names'

/** Whose names are no words. */
const BRANDS: Record<string, string> = { amex: 'American Express', diners: 'Diners Club', jcb: 'JCB', unionpay: 'UnionPay' }

/** `Visa •••• 4242`, as far as it is known. */
export function cardName({ brand, last4 }: Pick<ExpiringCard, 'brand' | 'last4'>): string {
  const name = brand === null || brand === 'unknown' ? 'Card' : (BRANDS[brand] ?? sentence(brand))
  return last4 === null ? name : `${name} •••• ${last4}`
}

/** One line for each card and currency that is paid with it. */
export function cardsFile(cards: readonly ExpiringCard[], currency: string): ExportTable {
  const isConverted = currency !== 'native'
  return {
    columns: ['customer', 'name', 'email', 'brand', 'last4', 'expires_on', 'currency', 'mrr', ...(isConverted ? [`mrr_${currency}`] : [])],
    rows: cards.flatMap((card) =>
      card.mrr.map((one, index) => [
        card.customer_id,
        card.name,
        card.email,
        card.brand,
        card.last4,
        card.expires_on,
        one.currency,
        moneyOf(one.amount_minor, one.currency),
        // What a card is worth in all is said once, so that the column adds up.
        ...(isConverted ? [index > 0 || card.mrr_converted_minor === null ? null : moneyOf(card.mrr_converted_minor, currency)] : []),
      ]),
    ),
  }
}
