import type { Currency, Day, ReconcileMonth, ReconciledCustomer, ReconciledLine } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import { moneyOf } from '~/format/money'
import { reasonName } from '~/format/names'

/** The parts that every month has, by the names that the API opens them with. All others are reasons. */
export const TOTAL = 'total'
export const USED = 'used'
export const UNEXPLAINED = 'unexplained'

const PARTS: Record<string, string> = { [TOTAL]: 'Paid', [USED]: 'Counted in MRR', [UNEXPLAINED]: 'Unexplained' }

export const partName = (part: string) => PARTS[part] ?? reasonName(part)

/** One amount of the statement. */
export interface PaidCell {
  month_on: Day
  currency: Currency
  part: string
}

type Parts = Pick<ReconcileMonth, 'total_minor' | 'used_minor' | 'left_out' | 'unexplained_minor'>

/** What a month, or a customer's part of it, has in a column. */
export function partOf(of: Parts, part: string): number {
  if (part === TOTAL) return of.total_minor
  if (part === USED) return of.used_minor
  if (part === UNEXPLAINED) return of.unexplained_minor
  return of.left_out.find(({ reason }) => reason === part)?.amount_minor ?? 0
}

/** Whether nothing is unexplained. What several invoices lack can add up to 0, and is no less missing. */
export const isAccountedFor = ({ unexplained_minor, unexplained_invoices }: Pick<ReconcileMonth, 'unexplained_minor' | 'unexplained_invoices'>) =>
  unexplained_minor === 0 && unexplained_invoices.length === 0

/** Every part that occurs, in the server's order, from what was paid to what nothing explains. */
export function partsOf(all: readonly Pick<Parts, 'left_out'>[]): string[] {
  const reasons = new Set(all.flatMap(({ left_out }) => left_out.map(({ reason }) => reason)))
  return [TOTAL, USED, ...reasons, UNEXPLAINED]
}

/** In files, what was paid is called so. */
const fileColumn = (part: string) => (part === TOTAL ? 'paid' : part)

/** All months of all currencies: each line says its own. */
export function monthsFile(months: readonly ReconcileMonth[]): ExportTable {
  const parts = partsOf(months)
  return {
    columns: ['month', 'currency', ...parts.map(fileColumn)],
    rows: months.map((month) => [
      month.month_on,
      month.currency,
      ...parts.map((part) => moneyOf(partOf(month, part), month.currency)),
    ]),
  }
}

/** Every customer with all that it paid in the month. */
export function customersFile(rows: readonly ReconciledCustomer[]): ExportTable {
  const parts = partsOf(rows)
  return {
    columns: ['customer_id', 'name', 'email', 'currency', 'invoices', ...parts.map(fileColumn)],
    rows: rows.map((row) => [
      row.customer_id,
      row.name,
      row.email,
      row.currency,
      row.invoices,
      ...parts.map((part) => moneyOf(partOf(row, part), row.currency)),
    ]),
  }
}

/** Whether a line is in the cell that is open. */
export const isOfPart = (line: Pick<ReconciledLine, 'part'>, part: string) => part === TOTAL || line.part === part
