import { queryString } from '~/api/client'
import type { Day, Interval } from '~/api/types'
import { isDay } from '~/format/date'
import { INTERVALS } from '~/format/names'

/** Whole calendar months: the running one is left out. */
export const FULL_MONTHS = ['6m-full', '12m-full', '24m-full'] as const
/** Days and calendar periods. */
export const RECENT = ['today', '7d', '30d', '90d'] as const
export const CALENDAR = ['month', 'last-month', 'quarter', 'last-quarter', 'ytd', 'last-year'] as const
export const LAST_MONTHS = ['6m', '12m', '24m'] as const
export const RANGES = [...RECENT, ...CALENDAR, ...LAST_MONTHS, ...FULL_MONTHS, 'all', 'custom'] as const
/** What is ahead. It is in no address: pages of what looks ahead begin with it. */
export const AHEAD = 'next-12m'
export type Range = (typeof RANGES)[number] | typeof AHEAD

/** What a change is measured against. */
export const COMPARISONS = ['previous', 'year', 'none'] as const
export type Comparison = (typeof COMPARISONS)[number]

export const FILTERS = ['plan', 'product', 'billing_interval', 'filter_currency', 'country'] as const
export type FilterName = (typeof FILTERS)[number]
export const NO_FILTERS = Object.fromEntries(FILTERS.map((name) => [name, undefined])) as Record<FilterName, undefined>
export type Filters = { [Name in FilterName]?: string[] }

/** What a page shows. All of it is in the address, so every view can be shared as a link. */
export interface ViewSearch extends Filters {
  range?: Range
  /** Only with the range `custom`. */
  from?: Day
  to?: Day
  interval?: Interval
  /** The previous period when left out. */
  vs?: Comparison
  /** `native`, or the currency that everything is converted to; the connection's reporting currency when left out. */
  currency?: string
  /** With native currencies, the one that the charts show. */
  show?: string
}

export type RawSearch = Record<string, unknown>

export function oneOf<const T extends readonly string[]>(values: T, value: unknown): T[number] | undefined {
  return typeof value === 'string' && values.includes(value) ? value : undefined
}

export function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return textOf(value[0])
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function listOf(value: unknown): string[] | undefined {
  const list = (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string' && one !== '')
  return list.length === 0 ? undefined : [...new Set(list)].toSorted()
}

/** Leaves out what is not set, so that addresses stay short and equal views have equal addresses. */
export function compact<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T
}

/** A handwritten or outdated address never breaks a page: what is not understood is ignored. */
export function readView(raw: RawSearch): ViewSearch {
  const range = oneOf(RANGES, raw.range)
  const from = isDay(raw.from) ? raw.from : undefined
  const to = isDay(raw.to) ? raw.to : undefined
  const isCustom = from !== undefined && to !== undefined && from <= to
  const filters: Filters = {}
  for (const name of FILTERS) {
    const list = listOf(raw[name])
    if (list) filters[name] = list
  }
  return compact({
    range: isCustom ? 'custom' : range === 'custom' ? undefined : range,
    from: isCustom ? from : undefined,
    to: isCustom ? to : undefined,
    interval: oneOf(INTERVALS, raw.interval) as Interval | undefined,
    vs: oneOf(COMPARISONS, raw.vs),
    currency: textOf(raw.currency)?.toLowerCase(),
    show: textOf(raw.show)?.toLowerCase(),
    ...filters,
  })
}

/** Repeated names are lists and everything is text: `?plan=a&plan=b` instead of JSON in the address. */
export function parseSearch(text: string): RawSearch {
  const search = new Map<string, string | string[]>()
  for (const [name, value] of new URLSearchParams(text)) {
    const before = search.get(name)
    search.set(name, before === undefined ? value : [before, value].flat())
  }
  // Anybody can write an address: `?__proto__=…` is a name like any other.
  return Object.fromEntries(search)
}

/** Written the same way as the API's queries. */
export const stringifySearch = (search: RawSearch) => queryString(search)
