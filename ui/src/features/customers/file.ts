import type { Currency, CustomerRow, Money } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import { formatDayIn } from '~/format/date'
import { moneyOf } from '~/format/money'

/** The name of the column of an amount in one currency. */
const of = (name: string, currency: Currency) => `${name}_${currency}`

/** Every customer with everything that is known of them. Each currency has a column of its own, so a spreadsheet can add it up. */
export function customersFile(rows: readonly CustomerRow[], zone: string, into: Currency | null): ExportTable {
  const AMOUNTS = { mrr: (row: CustomerRow) => row.mrr, lost_mrr: (row: CustomerRow) => row.lost_mrr, revenue: (row: CustomerRow) => row.revenue }
  const billed = Object.entries(AMOUNTS).flatMap(([name, amounts]) => {
    const currencies = new Set(rows.flatMap((row) => amounts(row).map(({ currency }) => currency)))
    return [...currencies].toSorted().map((currency) => ({ name: of(name, currency), amount: (row: CustomerRow) => amountIn(amounts(row), currency) }))
  })
  return {
    columns: [
      'id',
      'name',
      'email',
      'country',
      'status',
      'plans',
      'created_on',
      'first_paid_on',
      'last_payment_on',
      'churned_on',
      'renews_on',
      'ends_on',
      ...(into === null ? [] : [of('mrr_converted', into)]),
      ...billed.map(({ name }) => name),
    ],
    rows: rows.map((row) => [
      row.id,
      row.name,
      row.email,
      row.country,
      row.is_deleted ? 'deleted' : row.status,
      row.plans.join('; '),
      row.created_at === null ? null : formatDayIn(row.created_at, zone),
      row.first_paid_on,
      row.last_payment_on,
      row.churned_on,
      row.renews_on,
      row.ends_on,
      ...(into === null ? [] : [row.mrr_converted_minor === null ? null : moneyOf(row.mrr_converted_minor, into)]),
      ...billed.map(({ amount }) => amount(row)),
    ]),
  }
}

function amountIn(amounts: readonly Money[], currency: Currency): Money | null {
  return amounts.find((one) => one.currency === currency) ?? null
}
