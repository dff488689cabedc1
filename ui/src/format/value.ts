import type { Currency, Money, Unit } from '~/api/types'

import { exponentOf, formatMoney, majorNumber, moneyOf } from './money'
import { formatCount, formatDecimal, formatPoints, formatRatio } from './number'

interface ValueStyle {
  /** A `+` before gains. */
  sign?: boolean
  /** For axes and narrow places where the full figure is nearby. */
  compact?: boolean
  locale?: string
}

const WORD: Partial<Record<Unit, [one: string, many: string]>> = { days: ['day', 'days'], months: ['month', 'months'] }

/** A metric's value as a reader sees it. What is not known, or has nothing to divide by, is a dash and never a 0. */
export function formatValue(value: number | null | undefined, unit: Unit, currency: Currency, style: ValueStyle = {}): string {
  if (value === null || value === undefined) return '–'
  switch (unit) {
    case 'money':
      return formatMoney(Math.round(value), currency, style)
    case 'count':
      return formatCount(value, style)
    case 'ratio':
      return formatRatio(value, { ...style, digits: style.compact ? 0 : 1 })
    case 'multiple':
      return `${formatDecimal(value, style)}×`
    default: {
      const number = formatDecimal(value, style)
      const [one, many] = WORD[unit] ?? ['', '']
      return style.compact ? number : `${number} ${Math.abs(value) === 1 ? one : many}`
    }
  }
}

/** How much a value has changed, in its own unit; a ratio in percentage points. */
export function formatChange(change: number, unit: Unit, currency: Currency): string {
  return unit === 'ratio' ? formatPoints(change) : formatValue(change, unit, currency, { sign: true })
}

/** Where a value stands on an axis. */
export const axisNumber = (value: number, unit: Unit, currency: Currency): number =>
  unit === 'money' ? majorNumber(value, currency) : value

/** What stands beside the axis there. */
export function axisText(position: number, unit: Unit, currency: Currency): string {
  // Between 0 and 2 % there are halves.
  if (unit === 'ratio') return formatRatio(position, { digits: Number.isInteger(Math.round(position * 1e6) / 1e4) ? 0 : 1 })
  if (unit !== 'money') return formatValue(position, unit, currency, { compact: true })
  // `$0.20` and `$2.50`, as amounts are written; from a thousand on, `$2.5K`.
  const isPlain = !Number.isInteger(position) && Math.abs(position) < 1000
  return formatMoney(Math.round(position * 10 ** exponentOf(currency)), currency, { compact: !isPlain })
}

/** A value in a file: amounts with their currency, ratios as decimals. */
export function fileValue(value: number | null | undefined, unit: Unit, currency: Currency): Money | number | null {
  if (value === null || value === undefined) return null
  return unit === 'money' ? moneyOf(Math.round(value), currency) : value
}
