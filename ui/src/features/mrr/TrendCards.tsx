import { useMemo } from 'react'

import type { Currency, MovementType, MrrPoint } from '~/api/types'
import { fileName } from '~/charts/export'
import { SeriesChart } from '~/charts/SeriesChart'
import type { SeriesRow } from '~/charts/seriesTable'
import type { Column } from '~/components/DataTable'
import { Money } from '~/components/Figures'
import { longerRange } from '~/features/controls/advice'
import { NothingHere } from '~/features/controls/NothingHere'
import { currencyCode, formatMoney } from '~/format/money'
import { INTERVAL_LABEL, MOVEMENTS, MOVEMENT_LABEL } from '~/format/names'
import { formatCount } from '~/format/number'
import { rangeName } from '~/view/period'
import type { View } from '~/view/useView'

import type { OpenMarkFn } from './points'
import { netOf, pointsFile } from './points'

export interface TrendProps {
  view: View
  currency: Currency
  points: MrrPoint[]
  isLoading: boolean
  isStale: boolean
  error: unknown
  onRetry: () => void
  open: OpenMarkFn
}

const hasMrr = (points: MrrPoint[]) => points.some((point) => point.mrr_minor !== 0 || netOf(point) !== 0)

const common = ({ view, currency, points, isLoading, isStale, error, onRetry }: TrendProps) => ({
  view,
  currency,
  buckets: points,
  unit: 'money' as const,
  isLoading,
  isStale,
  error,
  onRetry,
  file: () => pointsFile(currency, points),
  fileName: fileName(view.connection.name, 'mrr', currency),
  ...(!isLoading && !hasMrr(points) ? { empty: <NothingHere title="No MRR in this range" view={view}>{longerRange(view)}</NothingHere> } : {}),
})

/** How many there are at the end of each period. */
function countColumns(points: MrrPoint[]): Column<SeriesRow>[] {
  const count = (id: 'customers' | 'subscriptions', header: string): Column<SeriesRow> => ({
    id,
    header,
    isNumeric: true,
    isWideOnly: id === 'subscriptions',
    sortBy: ({ index }) => points[index]?.[id] ?? null,
    cell: ({ index }) => formatCount(points[index]?.[id] ?? 0),
  })
  return [count('customers', 'Customers'), count('subscriptions', 'Subscriptions')]
}

export function MrrTrend(props: TrendProps) {
  const { view, currency, points, open } = props
  const series = useMemo(
    () => [{ id: 'mrr', name: 'MRR at end', colorToken: '--series-1', values: points.map((point) => point.mrr_minor) }],
    [points],
  )
  const hidesCounts = view.connection.shared?.hides_counts ?? false
  const more = useMemo(() => (hidesCounts ? [] : countColumns(points)), [points, hidesCounts])
  const [first, last] = [points[0], points.at(-1)]
  return (
    <SeriesChart
      {...common(props)}
      chart="line"
      hint="Click to see what changed"
      label={
        first && last
          ? `Line of MRR in ${currencyCode(currency)}: from ${formatMoney(first.mrr_minor, currency)} to ${formatMoney(last.mrr_minor, currency)}. The table view has every figure.`
          : 'No figures'
      }
      metric="mrr"
      moreColumns={more}
      series={series}
      title={`MRR, ${rangeName(view.period)}`}
      onMark={({ index }) => {
        const point = points[index]
        if (point) open(point)
      }}
    />
  )
}

/** Gains stand above zero, losses below. */
export function MovementsTrend(props: TrendProps) {
  const { view, currency, points, open } = props
  const series = useMemo(
    () =>
      MOVEMENTS.filter((type) => type !== 'fx' || points.some((point) => point.fx_minor !== 0)).map((type) => ({
        id: type,
        name: MOVEMENT_LABEL[type],
        colorToken: `--${type}`,
        values: points.map((point) => point[`${type}_minor`]),
      })),
    [points],
  )
  const net = points.reduce((sum, point) => sum + netOf(point), 0)
  return (
    <SeriesChart
      {...common(props)}
      isSigned
      isSummed
      chart="columns"
      figureOf={({ values }) => (
        <Money className="font-medium" currency={currency} minor={values.reduce<number>((sum, value) => sum + (value ?? 0), 0)} sign />
      )}
      height={320}
      hint="Click to see the customers"
      label={`Columns of MRR movements in ${currencyCode(currency)}, gains above zero and losses below. The table view has every figure.`}
      legendEnd={
        <li className="flex items-center gap-1.5 px-1.5">
          <span className="text-ink-soft">Net</span>
          <Money className="font-semibold" currency={currency} minor={net} sign />
        </li>
      }
      metric="net_new_mrr"
      series={series}
      title={`Movements by ${INTERVAL_LABEL[view.period.interval].toLowerCase()}`}
      totalName="Net"
      onMark={({ seriesId, index }) => {
        const point = points[index]
        if (point) open(point, seriesId === '' ? {} : { type: seriesId as MovementType })
      }}
    />
  )
}
