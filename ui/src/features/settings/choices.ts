import { currencyName } from '~/format/names'

export const WEEK_START = [
  { id: 'monday' as const, label: 'Monday' },
  { id: 'sunday' as const, label: 'Sunday' },
]

/** All time zones, with one that the browser may not know. */
export const zoneChoices = (known: string) =>
  [...new Set([known, 'UTC', ...Intl.supportedValuesOf('timeZone')])].map((id) => ({ id, label: id.replaceAll('_', ' ') }))

/** Currencies that can be converted to, and the one that is set, whether or not it still can. */
export function currencyChoices(set: string | null, facets: { currencies: string[]; targets: string[] } | undefined) {
  const known = [...new Set([set, ...(facets?.currencies ?? []), 'usd', 'eur', 'gbp'])]
  return known
    .filter((code): code is string => code !== null && (code === set || (facets?.targets.includes(code) ?? false)))
    .map((id) => ({ id, label: `${id.toUpperCase()} – ${currencyName(id)}` }))
}
