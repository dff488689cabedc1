import type { Upcoming } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import { moneyOf } from '~/format/money'

/** One line for each subscription, and each currency in which it is worth something. */
export function upcomingFile(rows: readonly Upcoming[], into: string | null): ExportTable {
  return {
    columns: [
      'on',
      'customer_id',
      'name',
      'email',
      'subscription_id',
      'plans',
      'is_set_to_end',
      'feedback',
      'currency',
      'mrr',
      ...(into ? [`mrr_${into}`] : []),
    ],
    rows: rows.map((row) => [
      row.on,
      row.customer_id,
      row.name,
      row.email,
      row.subscription_id,
      row.plans.join('; '),
      row.is_set_to_end,
      row.feedback,
      row.currency,
      moneyOf(row.mrr_minor, row.currency),
      ...(into ? [row.converted_minor === null ? null : moneyOf(row.converted_minor, into)] : []),
    ]),
  }
}
