import type { Currency } from '~/api/types'

const ZERO_DECIMAL = new Set([
  'bif',
  'clp',
  'djf',
  'gnf',
  'jpy',
  'kmf',
  'krw',
  'mga',
  'pyg',
  'rwf',
  'ugx',
  'vnd',
  'vuv',
  'xaf',
  'xof',
  'xpf',
])
const THREE_DECIMAL = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd'])

/** How many decimals the smallest unit is behind the main one, by Stripe's "Supported currencies". */
export function exponentOf(currency: Currency): number {
  const code = currency.toLowerCase()
  if (ZERO_DECIMAL.has(code)) return 0
  return THREE_DECIMAL.has(code) ? 3 : 2
}

/** The exact amount in the main unit as plain text, `-1234.50`: for files, never for the page. */
export function majorText(minor: number, currency: Currency): string {
  const exponent = exponentOf(currency)
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0')
  const cut = digits.length - exponent
  const text = exponent === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`
  return minor < 0 ? `-${text}` : text
}

/** The amount in the main unit, for positions on a chart's axis only. */
export function majorNumber(minor: number, currency: Currency): number {
  return minor / 10 ** exponentOf(currency)
}

export interface MoneyStyle {
  /** `+` before a gain. Losses always have their minus. */
  sign?: boolean
  /** `12.3K`: for axes and narrow places that have the full figure elsewhere. */
  compact?: boolean
  locale?: string
}

const formatters = new Map<string, Intl.NumberFormat>()

function formatterOf(currency: Currency, { sign = false, compact = false, locale }: MoneyStyle): Intl.NumberFormat {
  const key = `${locale ?? ''}|${currency}|${sign}|${compact}`
  let formatter = formatters.get(key)
  if (!formatter) {
    const digits = exponentOf(currency)
    formatter = new Intl.NumberFormat(locale, {
      style: 'currency',
      currency: currency.toUpperCase(),
      signDisplay: sign ? 'exceptZero' : 'negative',
      ...(compact
        ? { notation: 'compact', maximumFractionDigits: 1 }
        : { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    })
    formatters.set(key, formatter)
  }
  return formatter
}

export function formatMoney(minor: number, currency: Currency, style: MoneyStyle = {}): string {
  return formatterOf(currency, style).format(majorNumber(minor, currency))
}
