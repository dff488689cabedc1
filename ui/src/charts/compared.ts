/** Which rows of a breakdown are on the chart above it, and in which color. */
import { REST } from '~/view/groupLabels'

interface Row {
  key: string
}

/** More lines than this can't be told apart. */
export const COMPARED_AT_MOST = 8

/** What is plotted before anything is chosen. */
const COMPARED_AT_FIRST = 5

/** In the address: every row is switched off. */
const NONE = 'none'

/** A row keeps its color while others are switched on and off: the color goes by the row's rank, or is the next free one. */
export function colorsOf(rows: readonly Row[], compared: readonly string[]): ReadonlyMap<string, number> {
  const colors = new Map<string, number>()
  const taken = new Set<number>()
  for (const [rank, { key }] of rows.entries()) {
    if (!compared.includes(key)) continue
    let place = rank % COMPARED_AT_MOST
    while (taken.has(place)) place = (place + 1) % COMPARED_AT_MOST
    taken.add(place)
    colors.set(key, place)
  }
  return colors
}

export function comparedOf(rows: readonly Row[], compare: readonly string[] | undefined): string[] {
  if (compare) return compare.filter((key) => rows.some((row) => row.key === key)).slice(0, COMPARED_AT_MOST)
  return rows
    .filter(({ key }) => key !== REST)
    .slice(0, COMPARED_AT_FIRST)
    .map(({ key }) => key)
}

/** What is on the chart when one row is switched: the newest takes the place of another where there are too many. */
export function switched(compared: readonly string[], key: string): string[] {
  const next = compared.includes(key) ? compared.filter((one) => one !== key) : [...compared, key].slice(-COMPARED_AT_MOST)
  return next.length === 0 ? [NONE] : next.toSorted()
}
