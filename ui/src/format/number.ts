import { LOCALE } from './locale'

const cache = new Map<string, Intl.NumberFormat>()

function formatter(options: Intl.NumberFormatOptions, locale?: string): Intl.NumberFormat {
  const key = JSON.stringify([locale, options])
  let found = cache.get(key)
  if (!found) {
    found = new Intl.NumberFormat(locale ?? LOCALE, options)
    cache.set(key, found)
  }
  return found
}

export function formatCount(
  count: number,
  { sign = false, compact = false, locale = undefined as string | undefined } = {},
): string {
  return formatter(
    { signDisplay: sign ? 'exceptZero' : 'negative', ...(compact ? { notation: 'compact' as const, maximumFractionDigits: 1 } : {}) },
    locale,
  ).format(count)
}

/** A ratio as a percentage. A ratio without a value (zero denominator) is a dash, never 0%. */
export function formatRatio(
  ratio: number | null | undefined,
  { sign = false, digits = 1, locale = undefined as string | undefined } = {},
): string {
  if (ratio === null || ratio === undefined) return '–'
  return formatter(
    { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: sign ? 'exceptZero' : 'negative' },
    locale,
  ).format(ratio)
}

/** A number with one decimal, `12.3`: for durations. */
export function formatDecimal(value: number, { sign = false, locale = undefined as string | undefined } = {}): string {
  return formatter({ maximumFractionDigits: 1, signDisplay: sign ? 'exceptZero' : 'negative' }, locale).format(value)
}

/** The difference of two percentages, `+1.2 pp`: percent of a percentage would be read as another thing. */
export function formatPoints(ratio: number, locale?: string): string {
  const options = { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: 'exceptZero' as const }
  return `${formatter(options, locale).format(ratio * 100)} pp`
}

/** `1 customer`, `2 customers`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** How long something will still take, in steps that don't flicker. */
export function formatDuration(seconds: number): string {
  if (seconds < 5) return 'a few seconds'
  if (seconds < 60) return `${Math.ceil(seconds / 5) * 5} seconds`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return countOf(minutes, 'minute')
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  return rest === 0 ? countOf(hours, 'hour') : `${hours} h ${rest} min`
}
