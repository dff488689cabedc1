import type { Currency, MetricDefinition, ValuePoint } from '~/api/types'
import type { Bucket } from '~/charts/buckets'
import type { ExportTable } from '~/charts/export'
import { seriesToken } from '~/charts/palette'
import type { ChartSeries } from '~/charts/seriesPlot'
import { capital } from '~/format/names'
import { fileValue } from '~/format/value'
import type { BreakdownName } from '~/view/pageSearch'

import type { Figure } from './useFigures'

/** Whether the parts of a breakdown make up a whole: those of a rate or an average do not. */
export const isAdditive = ({ measure, unit }: Pick<MetricDefinition, 'measure' | 'unit'>) =>
  (measure === 'level' || measure === 'flow') && (unit === 'money' || unit === 'count')

/** What a customer can have several of, or leave for another. Each has its own movements (docs/metrics/movements.md). */
const SEVERAL: ReadonlySet<BreakdownName> = new Set(['plan', 'product', 'interval', 'currency'])

/** Why the rows of a breakdown don't make up the whole, where they don't; null where they do. */
export function overlapOf(
  metric: Pick<MetricDefinition, 'id' | 'measure' | 'unit'>,
  by: BreakdownName,
  parts: readonly Figure[],
  whole: Figure | undefined,
): string | null {
  if (!SEVERAL.has(by)) return null
  const name = by === 'interval' ? 'billing interval' : by
  const moved = `a customer who switches from one ${name} to another churns from the first and is new in the second`
  if (!isAdditive(metric)) {
    return metric.id.includes('churn_rate') ? `${capital(moved)}, so each row can be higher than the whole.` : null
  }
  const sum = parts.reduce((total, { value }) => total + (value ?? 0), 0)
  if (whole?.value == null || sum === whole.value) return null
  return metric.measure === 'flow'
    ? `The rows don’t add up to the total: ${moved}.`
    : `The rows don’t add up to the total: a customer with more than one ${name} is in several of them.`
}

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
