import type { Currency, PlanSwitch } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import type { Switched } from '~/features/movements/MovementDrawer'
import { moneyOf } from '~/format/money'

export interface SwitchRow extends PlanSwitch {
  key: string
  /** How the plans are called; `SEVERAL` where it was not one in place of one other. */
  from: string
  to: string
  change_minor: number
}

export const SEVERAL = 'Several plans'
/** Beyond the limit of what is listed. */
const REST = 'Other switches'

/** The switches of one currency: amounts of several are never added up. */
export function switchRows(all: readonly PlanSwitch[], currency: Currency, labels: ReadonlyMap<string, string>): SwitchRow[] {
  const name = (plan: PlanSwitch['from_plan'], isRest: boolean) => {
    if (isRest) return REST
    return plan ? (labels.get(plan.id) ?? plan.label) : SEVERAL
  }
  return all
    .filter((one) => one.currency === currency)
    .map((one, index) => ({
      ...one,
      key: `${one.from_plan?.id ?? ''} ${one.to_plan?.id ?? ''} ${index}`,
      from: name(one.from_plan, one.is_rest),
      to: name(one.to_plan, one.is_rest),
      change_minor: one.mrr_after_minor - one.mrr_before_minor,
    }))
}

export interface Axis {
  id: string
  name: string
  customers: number
}

export interface Matrix {
  from: Axis[]
  to: Axis[]
  cells: ReadonlyMap<string, SwitchRow>
  /** Switches that have no cell: of plans that are too rare, or of several at once. */
  left: number
}

export const cellKey = (from: string, to: string) => `${from} ${to}`

/** A switch in an address, among the marks of breakdowns: the plans that were left and taken. */
export function switchMark(row: SwitchRow): string | undefined {
  if (row.is_rest) return undefined
  return row.from_plan && row.to_plan ? `${SWITCH}${cellKey(row.from_plan.id, row.to_plan.id)}` : SEVERAL_AT_ONCE
}

const SWITCH = 'switch:'
const SEVERAL_AT_ONCE = 'switches:several'

/** The plans that such a mark names. */
export function switchIn(mark: string | undefined): Switched | undefined {
  if (mark === SEVERAL_AT_ONCE) return 'several'
  const [from, to, ...more] = mark?.startsWith(SWITCH) ? mark.slice(SWITCH.length).split(' ') : []
  return from && to && more.length === 0 ? { from, to } : undefined
}

/** So many plans can still be read beside each other. */
const MOST = 9

/** From which plan to which, of the plans that are switched most. */
export function matrixOf(rows: readonly SwitchRow[]): Matrix {
  const from = axisOf(rows, 'from')
  const to = axisOf(rows, 'to')
  const [froms, tos] = [new Set(from.map(({ id }) => id)), new Set(to.map(({ id }) => id))]
  const cells = new Map<string, SwitchRow>()
  for (const row of rows) {
    const { from_plan, to_plan } = row
    if (from_plan && to_plan && froms.has(from_plan.id) && tos.has(to_plan.id)) cells.set(cellKey(from_plan.id, to_plan.id), row)
  }
  const isUsed = (plan: Axis, side: 'from_plan' | 'to_plan') => [...cells.values()].some((row) => row[side]?.id === plan.id)
  return {
    from: from.filter((plan) => isUsed(plan, 'from_plan')),
    to: to.filter((plan) => isUsed(plan, 'to_plan')),
    cells,
    left: rows.length - cells.size,
  }
}

/** The plans of one side, the most frequent first. */
function axisOf(rows: readonly SwitchRow[], side: 'from' | 'to'): Axis[] {
  const plans = new Map<string, Axis>()
  for (const row of rows) {
    const plan = side === 'from' ? row.from_plan : row.to_plan
    if (plan === null) continue
    const { customers } = plans.get(plan.id) ?? { customers: 0 }
    plans.set(plan.id, { id: plan.id, name: row[side], customers: customers + row.customers })
  }
  return [...plans.values()].toSorted((a, b) => b.customers - a.customers || a.name.localeCompare(b.name)).slice(0, MOST)
}

export function switchesFile(rows: readonly SwitchRow[]): ExportTable {
  return {
    columns: ['from_plan', 'from', 'to_plan', 'to', 'currency', 'customers', 'mrr_before', 'mrr_after', 'mrr_change'],
    rows: rows.map((row) => [
      row.from_plan?.id ?? null,
      row.from,
      row.to_plan?.id ?? null,
      row.to,
      row.currency,
      row.customers,
      ...[row.mrr_before_minor, row.mrr_after_minor, row.change_minor].map((minor) => moneyOf(minor, row.currency)),
    ]),
  }
}
