import type { Currency, MetricDefinition, ValuePoint } from '~/api/types'
import type { Bucket } from '~/charts/buckets'
import type { ExportTable } from '~/charts/export'
import { seriesToken } from '~/charts/palette'
import type { ChartSeries } from '~/charts/seriesPlot'
import { fileValue } from '~/format/value'

import type { Figure } from './useFigures'

/** Whether the parts of a breakdown make up a whole: those of a rate or an average do not. */
export const isAdditive = ({ measure, unit }: Pick<MetricDefinition, 'measure' | 'unit'>) =>
  measure !== 'ratio' && (unit === 'money' || unit === 'count')

/** The id of the series of everything that has none of its own. */
export const OTHERS = '~others'

/** The values of a series at the buckets of the chart. A period that it lacks is not known. */
function valuesAt(buckets: readonly Bucket[], points: readonly ValuePoint[]): (number | null)[] {
  const at = new Map(points.map(({ start_on, value }) => [start_on, value]))
  return buckets.map(({ start_on }) => at.get(start_on) ?? null)
}

function othersOf(buckets: readonly Bucket[], parts: readonly Figure[]): ChartSeries {
  const each = parts.map(({ series }) => valuesAt(buckets, series.points))
  const values = buckets.map((_, index) => {
    const known = each.map((values) => values[index]).filter((value): value is number => value !== null && value !== undefined)
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
  })
  return { id: OTHERS, name: 'Others', colorToken: '--fx', values }
}

/** The chart's series: a part for each color, and the others together where they can be added up. */
export function seriesOf(
  figures: readonly Figure[],
  colors: ReadonlyMap<string, number>,
  { hasOthers }: { hasOthers: boolean },
): { buckets: readonly ValuePoint[]; series: ChartSeries[] } {
  const plotted = figures.filter(({ key }) => colors.has(key))
  const rest = figures.filter(({ key }) => !colors.has(key))
  const buckets = figures[0]?.series.points ?? []
  const series = plotted.map(({ key, label, series: { points } }) => ({
    id: key,
    name: label,
    colorToken: seriesToken(colors.get(key) ?? 0),
    values: valuesAt(buckets, points),
  }))
  return { buckets, series: hasOthers && rest.length > 0 ? [...series, othersOf(buckets, rest)] : series }
}

/** Every period of every part, one a row. */
export function partsFile(metric: Pick<MetricDefinition, 'id' | 'unit'>, currency: Currency, parts: readonly Figure[]): ExportTable {
  const isMoney = metric.unit === 'money'
  return {
    columns: ['start_on', 'end_on', 'is_partial', ...(isMoney ? ['currency'] : []), 'part_id', 'part', metric.id],
    rows: parts.flatMap(({ key, label, series }) =>
      series.points.map(({ start_on, end_on, is_partial, value }) => [
        start_on,
        end_on,
        is_partial,
        ...(isMoney ? [currency] : []),
        key,
        label,
        fileValue(value, metric.unit, currency),
      ]),
    ),
  }
}
