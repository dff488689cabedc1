import type { Currency, Day, MovementType, MrrPoint } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import { moneyOf } from '~/format/money'
import { MOVEMENTS } from '~/format/names'

/** Some days, both of them included. */
export interface MarkedDays {
  start_on: Day
  end_on: Day
}

/** Opens what is behind a mark's days: one type of movement or all, one part of the breakdown or all. */
export type OpenMarkFn = (days: MarkedDays, what?: { type?: MovementType; of?: string }) => void

export function netOf(point: MrrPoint): number {
  return MOVEMENTS.reduce((sum, type) => sum + point[`${type}_minor`], 0)
}

/** One row per period with all figures: the file behind both charts. */
export function pointsFile(currency: Currency, points: readonly MrrPoint[]): ExportTable {
  const counted = MOVEMENTS.filter((type) => type !== 'fx')
  return {
    columns: [
      'start_on',
      'end_on',
      'is_partial',
      'currency',
      'mrr',
      'customers',
      'subscriptions',
      ...MOVEMENTS,
      ...counted.map((type) => `${type}_customers`),
    ],
    rows: points.map((point) => [
      point.start_on,
      point.end_on,
      point.is_partial,
      currency,
      moneyOf(point.mrr_minor, currency),
      point.customers,
      point.subscriptions,
      ...MOVEMENTS.map((type) => moneyOf(point[`${type}_minor`], currency)),
      ...counted.map((type) => point[`${type}_customers`]),
    ]),
  }
}
