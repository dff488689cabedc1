import type { Currency, Money } from '~/api/types'

/** Made from the server's own table by `cargo xtask gen currencies`, whose tests keep the two equal. */
import exponents from './exponents.json'
import { LOCALE } from './locale'

const EXPONENTS: Readonly<Record<string, number>> = exponents

/** How many decimals the smallest unit is behind the main one: 2 for cents, 0 for yen, 3 for fils. */
export function exponentOf(currency: Currency): number {
  return EXPONENTS[currency.toLowerCase()] ?? 2
}

/** The exact amount in the main unit as plain text, `-1234.50`: for files, never for the page. */
export function majorText(minor: number, currency: Currency): string {
  const exponent = exponentOf(currency)
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0')
  const cut = digits.length - exponent
  const text = exponent === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`
  return minor < 0 ? `-${text}` : text
}

/** An amount as it stands in a file, which writes it in its own way. */
export const moneyOf = (amount_minor: number, currency: Currency): Money => ({ amount_minor, currency })

/** The amount in the main unit, for positions on a chart's axis only. */
export function majorNumber(minor: number, currency: Currency): number {
  return minor / 10 ** exponentOf(currency)
}

export interface MoneyStyle {
  /** A `+` before gains. Losses always have their minus. */
  sign?: boolean
  /** `12.3K`: for axes and narrow places where the full figure is nearby. */
  compact?: boolean
  /** Fewer decimals than the currency has. */
  digits?: number
  locale?: string
}

/** Index numbers, where a shared page hides amounts, have no currency. */
const isIndex = (currency: Currency) => currency === 'xxx'

/** `USD`, as within a sentence. */
export const currencyCode = (currency: Currency) => (isIndex(currency) ? 'index points' : currency.toUpperCase())

const formatters = new Map<string, Intl.NumberFormat>()

function formatterOf(currency: Currency, { sign = false, compact = false, digits = isIndex(currency) ? 1 : exponentOf(currency), locale }: MoneyStyle): Intl.NumberFormat {
  const key = `${locale ?? ''}|${currency}|${sign}|${compact}|${digits}`
  let formatter = formatters.get(key)
  if (!formatter) {
    formatter = new Intl.NumberFormat(locale ?? LOCALE, {
      ...(isIndex(currency) ? {} : { style: 'currency', currency: currency.toUpperCase() }),
      signDisplay: sign ? 'exceptZero' : 'negative',
      ...(compact
        ? { notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 }
        : { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    })
    formatters.set(key, formatter)
  }
  return formatter
}

export function formatMoney(minor: number, currency: Currency, style: MoneyStyle = {}): string {
  return formatterOf(currency, style).format(majorNumber(minor, currency))
}
