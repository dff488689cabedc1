import type { Currency, Money as MoneyValue, MovementType } from '~/api/types'
import { formatMoney } from '~/format/money'
import { MOVEMENT_LABEL } from '~/format/names'
import { countOf, formatCount, formatRatio } from '~/format/number'

import { PopoverButton } from './Overlay'

export function Money({
  minor,
  currency,
  sign = false,
  className = '',
}: {
  minor: number
  currency: Currency
  sign?: boolean
  className?: string
}) {
  return <span className={`num ${className}`}>{formatMoney(minor, currency, { sign })}</span>
}

/** Amounts in several currencies, one below the other: they are never added up. */
export function MoneyList({ amounts, empty = '–' }: { amounts: readonly MoneyValue[]; empty?: string }) {
  if (amounts.length === 0) return <span className="text-ink-faint">{empty}</span>
  return (
    <span className="inline-flex flex-col items-end">
      {amounts.map(({ currency, amount_minor }) => (
        <Money key={currency} currency={currency} minor={amount_minor} />
      ))}
    </span>
  )
}

/** More currencies than this below a column would only push the list out of view. */
export const SUMMED_AT_MOST = 3

/** What stands below a column of amounts: the sum of each currency. Those of many are a click away. */
export function MoneySum({ amounts: given }: { amounts: readonly MoneyValue[] | undefined }) {
  if (given === undefined) return null
  // In the same order on every page.
  const amounts = given.toSorted((a, b) => a.currency.localeCompare(b.currency))
  if (amounts.length <= SUMMED_AT_MOST) return <MoneyList amounts={amounts} />
  const count = countOf(amounts.length, 'currency', 'currencies')
  return (
    <PopoverButton
      button={`Total of ${count}`}
      className="link text-xs font-normal"
      placement="bottom end"
      popoverClassName="max-h-80 overflow-y-auto px-4 py-3 text-sm"
      title={`Total of ${count}`}
    >
      <MoneyList amounts={amounts} />
    </PopoverButton>
  )
}

interface DeltaProps {
  value: number
  /** How the change is written, with its sign. */
  text: string
  /** For figures where less is better, such as churn. */
  isLessBetter?: boolean
  /** For figures where neither way is better. */
  isNeutral?: boolean
  className?: string
}

/** A change that is too small to be seen in how it is written is none: `0.0 pp` has neither arrow nor color. */
export const unlessNone = (value: number, text: string, none: string): number => (text === none ? 0 : value)

/** A change. Arrow, sign and color say the same, so none of them has to be relied on alone. */
export function Delta({ value, text, isLessBetter = false, isNeutral = false, className = '' }: DeltaProps) {
  const isGood = isLessBetter ? value < 0 : value > 0
  const ink = value === 0 || isNeutral ? 'text-ink-soft' : isGood ? 'text-up' : 'text-down'
  const arrow = value === 0 ? '→' : value > 0 ? '▲' : '▼'
  const word = value === 0 ? 'unchanged' : value > 0 ? 'up' : 'down'
  return (
    <span className={`num inline-flex items-baseline gap-1 ${ink} ${className}`}>
      <span aria-hidden="true" className="text-[0.7em]">
        {arrow}
      </span>
      <span className="sr-only">{word} </span>
      {text}
    </span>
  )
}

export function MoneyDelta({ minor, currency, className }: { minor: number; currency: Currency; className?: string }) {
  return <Delta text={formatMoney(minor, currency, { sign: true })} value={minor} {...(className ? { className } : {})} />
}

export function RatioDelta({ ratio, className }: { ratio: number | null; className?: string }) {
  if (ratio === null) return <span className="text-ink-faint">–</span>
  const text = formatRatio(ratio, { sign: true })
  return <Delta text={text} value={unlessNone(ratio, text, formatRatio(0, { sign: true }))} {...(className ? { className } : {})} />
}

export function CountDelta({ count }: { count: number }) {
  return <Delta text={formatCount(count, { sign: true })} value={count} />
}

/** The color of each movement, the same on every page. Its name is always beside it. */
export const MOVEMENT_COLOR: Record<MovementType, string> = {
  new: 'var(--new)',
  expansion: 'var(--expansion)',
  reactivation: 'var(--reactivation)',
  contraction: 'var(--contraction)',
  churn: 'var(--churn)',
  fx: 'var(--fx)',
}

export function Swatch({ color }: { color: string }) {
  return <span aria-hidden="true" className="inline-block size-2.5 shrink-0 rounded-[3px]" style={{ background: color }} />
}

export function MovementName({ type }: { type: MovementType }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <Swatch color={MOVEMENT_COLOR[type]} />
      {MOVEMENT_LABEL[type]}
    </span>
  )
}
