import type { Bucket } from './buckets'
import { seriesToken } from './palette'
import type { ChartSeries } from './seriesPlot'

/** The id of the series of everything that has no color of its own. */
export const REST_SERIES = '~rest'

/** With the rest, as many colors as can be told apart. */
const OWN_AT_MOST = 7

interface Part<Point> {
  key: string
  points: readonly Point[]
}

/** The series of parts that stand on each other: the first of `names` by themselves, all others added up. */
export function stackOf<Point extends Bucket>(
  parts: readonly Part<Point>[],
  names: readonly { key: string; label: string }[],
  of: (point: Point) => number,
): { buckets: readonly Point[]; series: ChartSeries[] } {
  const buckets = parts[0]?.points ?? []
  const valuesOf = ({ points }: Part<Point>) => {
    const at = new Map(points.map((point) => [point.start_on, of(point)]))
    return buckets.map(({ start_on }) => at.get(start_on) ?? 0)
  }
  // One more than fits is no shorter as "Others".
  const own = names.length <= OWN_AT_MOST + 1 ? names : names.slice(0, OWN_AT_MOST)
  const series = own.flatMap(({ key, label }, place): ChartSeries[] => {
    const part = parts.find((one) => one.key === key)
    return part ? [{ id: key, name: label, colorToken: seriesToken(place), values: valuesOf(part) }] : []
  })
  const rest = parts.filter(({ key }) => !own.some((one) => one.key === key)).map(valuesOf)
  const values = buckets.map((_, index) => rest.reduce((sum, values) => sum + (values[index] ?? 0), 0))
  if (!values.some((value) => value !== 0)) return { buckets, series }
  return { buckets, series: [...series, { id: REST_SERIES, name: 'Others', colorToken: '--fx', values }] }
}
