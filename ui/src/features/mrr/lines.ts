import type { Currency, MrrPoint, MrrReport } from '~/api/types'
import { seriesToken } from '~/charts/palette'
import type { ChartSeries } from '~/charts/seriesPlot'

import type { GroupRow } from './breakdownColumns'

export interface ComparedLines {
  buckets: readonly MrrPoint[]
  series: ChartSeries[]
}

/** The lines of the rows that are switched on. A line that lacks a period of the first has a gap there. */
export function linesOf(
  report: MrrReport | undefined,
  currency: Currency,
  rows: readonly Pick<GroupRow, 'key' | 'label'>[],
  colors: ReadonlyMap<string, number>,
): ComparedLines {
  const found = rows.flatMap(({ key, label }) => {
    const place = colors.get(key)
    const series = report?.series.find((one) => one.currency === currency && one.group?.key === key)
    return series && place !== undefined ? [{ key, label, place, points: series.points }] : []
  })
  const buckets = found[0]?.points ?? []
  return {
    buckets,
    series: found.map(({ key, label, place, points }) => {
      const at = new Map(points.map((point) => [point.start_on, point.mrr_minor]))
      return { id: key, name: label, colorToken: seriesToken(place), values: buckets.map(({ start_on }) => at.get(start_on) ?? null) }
    }),
  }
}
