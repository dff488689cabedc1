/**
 * What the sentence on top of every page is made of. Each page's own sentence stands in a file beside this one, as a pure function
 * of the numbers on the page. A sentence never says more than they do: what is not known is left out, and where nothing is known
 * there is no sentence.
 *
 *     <PageHead story={plansStory(…)} title="Plans" />
 */
import type { Currency, Unit } from '~/api/types'
import { exponentOf, formatMoney } from '~/format/money'
import { formatPoints, formatRatio } from '~/format/number'
import { formatValue } from '~/format/value'

/** A figure and what it is compared with. Either may be unknown. */
export interface Told {
  /** As it stands at the start of a sentence: `MRR`, `Active customers`. */
  name: string
  unit: Unit
  currency: Currency
  value: number | null | undefined
  before?: number | null | undefined
  /** Whether the name takes `are` instead of `is`. */
  isPlural?: boolean
}

/** From this many main units on, cents only make a sentence harder to read. */
const WHOLE_FROM = 100

/** An amount within a sentence: `$16,892`, `$9.50`. */
export function amount(minor: number, currency: Currency): string {
  const unit = 10 ** exponentOf(currency)
  const isWhole = Math.abs(minor) >= WHOLE_FROM * unit
  return formatMoney(minor, currency, isWhole ? { digits: 0 } : {})
}

export const told = (value: number, unit: Unit, currency: Currency): string =>
  unit === 'money' ? amount(Math.round(value), currency) : formatValue(value, unit, currency)

const isKnown = (value: number | null | undefined): value is number => value !== null && value !== undefined

/** Past this, a percentage says less than the two values. */
const TOO_MANY_TIMES = 10

/** How far a figure has come: `by 4.2%`, or the value that it came from. */
function distance(value: number, before: number, { unit, currency }: Told): string {
  if (unit === 'ratio') return `by ${formatPoints(Math.abs(value - before)).replace(/^\+/, '')}`
  const ratio = before > 0 ? Math.abs(value - before) / before : null
  if (ratio === null || ratio >= TOO_MANY_TIMES) return `from ${told(before, unit, currency)}`
  // Less than a tenth of a percent would be written as none.
  return ratio < 0.0005 ? 'slightly' : formatRatio(ratio)
}

/** `MRR grew 4.2% to $16,892`, `MRR is $16,892` where there is nothing to compare with; nothing where it is not known. */
export function moved(figure: Told): string | null {
  const { name, unit, currency, value, before, isPlural = false } = figure
  if (!isKnown(value)) return null
  const now = told(value, unit, currency)
  const be = isPlural ? 'are' : 'is'
  if (!isKnown(before)) return `${name} ${be} ${now}`
  if (value === before) return `${name} ${be} unchanged at ${now}`
  return `${name} ${value > before ? 'grew' : 'fell'} ${distance(value, before, figure)} to ${now}`
}

export interface Part {
  name: string
  value: number
}

/** The one part that is more than half of all of them, of those above zero. */
export function mostOf(parts: readonly Part[]): Part | null {
  const above = parts.filter(({ value }) => value > 0)
  const sum = above.reduce((total, { value }) => total + value, 0)
  return above.find(({ value }) => value > sum / 2) ?? null
}

/** The part above zero that is larger than every other one. */
export function largestOf(parts: readonly Part[]): Part | null {
  const [first, second] = parts.filter(({ value }) => value > 0).toSorted((a, b) => b.value - a.value)
  return first && first.value !== second?.value ? first : null
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** Clauses as one sentence, without those that say nothing. Without the first one, which says what it is about, there is none. */
export function sentence(first: string | null, ...more: (string | null | false | undefined)[]): string | null {
  if (first === null) return null
  return `${[first, ...more.filter(Boolean)].join(', ')}.`
}
