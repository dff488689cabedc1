import type { Currency, Unit } from '~/api/types'
import { formatBucket } from '~/format/date'
import { formatMoney, majorNumber } from '~/format/money'
import { countOf, formatCount, formatRatio } from '~/format/number'
import type { CohortWhat } from '~/view/pageSearch'

import type { CohortCell, CohortInterval, CohortRow } from './cohorts'
import { ratioOf } from './cohorts'
import { lackingText } from './lacking'

export const WHAT_LABEL: Record<CohortWhat, string> = { customers: 'Customers', mrr: 'MRR', revenue: 'Revenue' }

export const WHAT_TITLE: Record<CohortWhat, string> = {
  customers: 'Customer retention',
  mrr: 'MRR retention',
  revenue: 'Revenue per customer',
}

export const WHAT_FORMULA: Record<CohortWhat, string> = {
  customers: 'Customers of the cohort with MRR at the end of a month ÷ all customers of the cohort',
  mrr: 'The cohort’s MRR at the end of a month ÷ its MRR at the end of its first month',
  revenue: 'Net revenue from the cohort’s customers up to the end of a month ÷ all customers of the cohort',
}

export const UNIT: Record<CohortWhat, Unit> = { customers: 'ratio', mrr: 'ratio', revenue: 'money' }

/** `Month 3`, `month 3`. */
export const stepName = (interval: CohortInterval, at: number) => `${interval.charAt(0).toUpperCase()}${interval.slice(1)} ${at}`

export const startName = ({ start_on, key }: CohortRow, interval: CohortInterval, labels: ReadonlyMap<string, string>) =>
  start_on === null ? (labels.get(key) ?? key) : formatBucket(start_on, interval)

export interface CellStyle {
  what: CohortWhat
  currency: Currency
  isTotal: boolean
  /** The currencies without an exchange rate, where cells lack them. */
  lacking?: readonly Currency[]
}

/** Behind a figure that something is missing in: what it means is said below. */
export const INCOMPLETE = '*'

/** Five digits and more are too wide for a cell. */
const WIDE = 10_000

function amountText(minor: number, currency: Currency): string {
  return formatMoney(minor, currency, Math.abs(majorNumber(minor, currency)) < WIDE ? { digits: 0 } : { compact: true })
}

function figureText({ what, currency, isTotal }: CellStyle, cell: CohortCell): string {
  if (isTotal) return what === 'customers' ? formatCount(cell.value) : amountText(cell.value, currency)
  const ratio = ratioOf(what, cell)
  if (what === 'revenue') return ratio === null ? '–' : amountText(ratio, currency)
  return formatRatio(ratio, { digits: 0 })
}

/** A cell as it is written into the map. */
export const cellText = (style: CellStyle, cell: CohortCell): string => figureText(style, cell) + (cell.isIncomplete ? INCOMPLETE : '')

/** The same in full, for who can't see the map, and as its tooltip. */
export function cellSentence({ what, currency, lacking = [] }: CellStyle, cell: CohortCell): string {
  const ratio = ratioOf(what, cell)
  const soFar = (cell.isRunning ? ', so far' : '') + (cell.isIncomplete ? `; not complete: ${lackingText(lacking)}` : '')
  if (what === 'customers') return `${formatCount(cell.value)} of ${countOf(cell.base, 'customer')}, ${formatRatio(ratio)}${soFar}`
  if (what === 'mrr') return `${formatMoney(cell.value, currency)} of ${formatMoney(cell.base, currency)} MRR, ${formatRatio(ratio)}${soFar}`
  const each = ratio === null ? '–' : formatMoney(ratio, currency)
  return `${formatMoney(cell.value, currency)} from ${countOf(cell.customers, 'customer')}, ${each} each${soFar}`
}
