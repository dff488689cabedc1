import type { CashMonth } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import { moneyOf } from '~/format/money'
import { sentence } from '~/format/names'

/** The columns that every statement has, by the names that the API opens them with. */
export const COLLECTED = 'payments_collected'
export const UNEXPLAINED = 'unexplained'
export const NET_CASH = 'net_cash'
const NOT_BOOKED = 'not_booked'

/** The lines that are made of payments, which the balance may know nothing of, by their type in the list of payments. */
export const PAYMENTS_OF: Readonly<Record<string, string>> = { [COLLECTED]: 'payment', [NOT_BOOKED]: 'unbooked_payment' }

const LINES: Record<string, string> = {
  not_booked: 'Not in the balance',
  other_months: 'Booked in another month',
  other_currencies: 'Converted',
  uncounted_payments: 'Payments not counted',
  failed_charges: 'Payments that failed',
  failed_refunds: 'Refunds that failed',
  won_disputes: 'Disputes won',
  fees_of_payouts: 'Fees of payouts',
  service_fees: 'Other fees',
  taxes: 'Taxes on fees',
  remitted_taxes: 'Sales taxes remitted',
  top_ups: 'Top-ups',
}

export const lineName = (line: string) => LINES[line] ?? sentence(line)

/** Every line that occurs, in the order in which they are read. A month without anything in a line doesn't say where it stands. */
export function linesOf(months: readonly CashMonth[]): string[] {
  const lines: string[] = []
  for (const month of months) {
    let at = 0
    for (const { line } of month.lines) {
      if (line === UNEXPLAINED) continue
      const known = lines.indexOf(line)
      if (known === -1) lines.splice(at, 0, line)
      at = (known === -1 ? at : known) + 1
    }
  }
  return lines
}

export interface CashCell {
  /** `null`: not known, because what it is made of can't be read. */
  minor: number | null
  /** Whether there are balance transactions or payments behind it. */
  canOpen: boolean
}

/** What a month has in a column. */
export function cellOf(month: CashMonth, column: string): CashCell {
  if (column === COLLECTED) return openable(month.payments_collected_minor)
  if (column === NET_CASH) return openable(month.net_cash_minor)
  if (column === UNEXPLAINED) return openable(month.unexplained_minor)
  const sum = month.lines.find(({ line }) => line === column)
  if (column === NOT_BOOKED) return openable(sum?.amount_minor ?? 0)
  return { minor: sum?.amount_minor ?? 0, canOpen: (sum?.transactions ?? 0) > 0 }
}

const openable = (minor: number | null): CashCell => ({ minor, canOpen: Boolean(minor) })

/** Every column of the statement, from what was collected to what is left. */
export const columnNames = (months: readonly CashMonth[]): string[] => [COLLECTED, ...linesOf(months), UNEXPLAINED, NET_CASH]

/** `null` where any of them is not known. */
export const totalOf = (months: readonly CashMonth[], column: string): number | null =>
  months.reduce<number | null>((sum, month) => {
    const { minor } = cellOf(month, column)
    return sum === null || minor === null ? null : sum + minor
  }, 0)

/** All months of all currencies: each line says its own. What isn't known stays empty. */
export function cashFile(months: readonly CashMonth[]): ExportTable {
  const columns = columnNames(months)
  const amount = (month: CashMonth, column: string) => {
    const { minor } = cellOf(month, column)
    return minor === null ? null : moneyOf(minor, month.currency)
  }
  return {
    columns: ['month', 'currency', ...columns],
    rows: months.map((month) => [month.month_on, month.currency, ...columns.map((column) => amount(month, column))]),
  }
}
