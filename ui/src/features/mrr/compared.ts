import type { Currency, MrrPoint, MrrReport } from '~/api/types'
import { seriesToken } from '~/charts/palette'

import type { GroupRow } from './breakdownColumns'
import { REST } from './breakdownColumns'
import type { ComparedPoint } from './pointColumns'

/** More lines than this cannot be told apart. */
export const COMPARED_AT_MOST = 8

/** What is compared before anything was chosen. */
const COMPARED_AT_FIRST = 5

/** A row keeps its colour while others are switched on and off: it goes by the row's rank, or is the next that is free. */
export function colorsOf(rows: readonly GroupRow[], compared: readonly string[]): ReadonlyMap<string, number> {
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

export function comparedOf(rows: readonly GroupRow[], compare: readonly string[] | undefined): string[] {
  if (compare) return compare.filter((key) => rows.some((row) => row.key === key)).slice(0, COMPARED_AT_MOST)
  return rows
    .filter(({ key }) => key !== REST)
    .slice(0, COMPARED_AT_FIRST)
    .map(({ key }) => key)
}

export interface ComparedLine {
  id: string
  name: string
  colorToken: string
  points: MrrPoint[]
}

export function linesOf(
  report: MrrReport | undefined,
  currency: Currency,
  rows: readonly GroupRow[],
  colors: ReadonlyMap<string, number>,
): ComparedLine[] {
  return rows.flatMap(({ key, label }) => {
    const place = colors.get(key)
    const series = report?.series.find((one) => one.currency === currency && one.group?.key === key)
    return series && place !== undefined
      ? [{ id: key, name: label, colorToken: seriesToken(place), points: series.points }]
      : []
  })
}

export function comparedPoints(lines: readonly ComparedLine[]): ComparedPoint[] {
  return (lines[0]?.points ?? []).map(({ start_on, end_on }, index) => ({
    start_on,
    end_on,
    values: new Map(lines.map(({ id, points }) => [id, points[index]?.mrr_minor ?? 0])),
  }))
}
