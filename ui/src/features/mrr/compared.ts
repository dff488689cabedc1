import type { Currency, MrrPoint, MrrReport } from '~/api/types'
import { seriesToken } from '~/charts/palette'

import type { GroupRow } from './breakdownColumns'
import { REST } from './breakdownColumns'
import type { ComparedPoint } from './pointColumns'

/** More lines than this can't be told apart. */
export const COMPARED_AT_MOST = 8

/** What is plotted before anything is chosen. */
const COMPARED_AT_FIRST = 5

/** A row keeps its color while others are switched on and off: the color goes by the row's rank, or is the next free one. */
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
  const byStart = lines.map(({ id, points }) => ({ id, at: new Map(points.map((point) => [point.start_on, point.mrr_minor])) }))
  return (lines[0]?.points ?? []).map(({ start_on, end_on, is_partial }) => ({
    start_on,
    end_on,
    is_partial,
    values: new Map(
      byStart.flatMap(({ id, at }) => {
        const minor = at.get(start_on)
        return minor === undefined ? [] : [[id, minor] as const]
      }),
    ),
  }))
}
