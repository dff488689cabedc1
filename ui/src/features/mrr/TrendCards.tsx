import { useCallback, useMemo } from 'react'

import type { Currency, Day, MovementType, MrrPoint } from '~/api/types'
import { ChartCard } from '~/charts/ChartCard'
import { fileName } from '~/charts/export'
import { lineOption, movementOption } from '~/charts/options'
import { EmptyState, Skeleton } from '~/components/Feedback'
import { MOVEMENT_COLOR, Money, Swatch } from '~/components/Figures'
import { formatInstant, formatRange } from '~/format/date'
import { formatMoney } from '~/format/money'
import { INTERVAL_LABEL, MOVEMENTS, MOVEMENT_LABEL } from '~/format/names'
import type { View } from '~/view/useView'

import { movementColumns, netOf, partialNote, pointsFile, trendColumns } from './pointColumns'
import type { OpenMarkFn } from './pointColumns'

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

/** The range and how far the data goes: under the title of every chart. */
export function subtitleOf(view: View): string {
  const { from, to } = view.period
  const { data_through, time_zone } = view.connection
  return [formatRange(from, to), data_through ? `data through ${formatInstant(data_through, time_zone)}` : 'still loading'].join(
    ' · ',
  )
}

/** The range within a title. */
export function rangeName({ period }: View): string {
  return period.range === 'custom' ? period.label : period.label.toLowerCase()
}

/** The day before which history is not complete yet, if it is not. */
export function partialBefore({ connection }: View): Day | null {
  return connection.is_history_complete ? null : connection.reaches_back_on
}

const NO_MRR = <EmptyState title="No MRR in this range">Choose a longer range or clear a filter.</EmptyState>

const hasMrr = (points: MrrPoint[]) => points.some((point) => point.mrr_minor !== 0 || netOf(point) !== 0)

const common = ({ isLoading, isStale, error, onRetry, points }: TrendProps) => ({
  isLoading,
  isStale,
  error,
  onRetry,
  ...(!isLoading && !hasMrr(points) ? { empty: NO_MRR } : {}),
})

export function MrrTrend(props: TrendProps) {
  const { view, currency, points, open } = props
  const { interval } = view.period
  const notes = useMemo(() => points.map((point) => partialNote(point, view.today)), [points, view.today])
  const reachesBackOn = partialBefore(view)
  const option = useCallback(
    () =>
      lineOption({
        currency,
        interval,
        notes,
        isFilled: true,
        starts: points.map((point) => point.start_on),
        lines: [{ id: 'mrr', name: 'MRR', colorToken: '--series-1', values: points.map((point) => point.mrr_minor) }],
        hint: 'Click a point to see what changed',
        reachesBackOn,
      }),
    [currency, interval, notes, points, reachesBackOn],
  )
  const columns = useMemo(() => trendColumns(currency, interval, view.today, open), [currency, interval, view.today, open])
  const last = points.at(-1)
  const first = points[0]
  return (
    <ChartCard
      {...common(props)}
      file={{ name: fileName(view.connection.name, 'mrr', currency), table: () => pointsFile(currency, view.today, points) }}
      label={
        first && last
          ? `Line of MRR in ${currency.toUpperCase()}: from ${formatMoney(first.mrr_minor, currency)} to ${formatMoney(last.mrr_minor, currency)}. The table view has every figure.`
          : 'No figures'
      }
      metric="mrr"
      option={option}
      subtitle={subtitleOf(view)}
      table={{ columns, rows: points, rowKey: (point) => point.start_on }}
      title={`MRR, ${rangeName(view)}`}
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
  const { interval } = view.period
  const notes = useMemo(() => points.map((point) => partialNote(point, view.today)), [points, view.today])
  const reachesBackOn = partialBefore(view)
  const option = useCallback(
    () => movementOption(currency, interval, points, notes, reachesBackOn),
    [currency, interval, points, notes, reachesBackOn],
  )
  const columns = useMemo(() => movementColumns(currency, interval, view.today, open), [currency, interval, view.today, open])
  return (
    <ChartCard
      {...common(props)}
      file={{ name: fileName(view.connection.name, 'movements', currency), table: () => pointsFile(currency, view.today, points) }}
      height={320}
      label={`Bars of MRR movements in ${currency.toUpperCase()}, gains above zero and losses below. The table view has every figure.`}
      legend={
        props.isLoading ? (
          <Skeleton className="h-5 w-4/5" />
        ) : props.error ? undefined : (
          <MovementLegend currency={currency} points={points} />
        )
      }
      metric="net_new_mrr"
      option={option}
      subtitle={subtitleOf(view)}
      table={{ columns, rows: points, rowKey: (point) => point.start_on }}
      title={`Movements by ${INTERVAL_LABEL[interval].toLowerCase()}`}
      onMark={({ seriesId, index }) => {
        const point = points[index]
        if (point) open(point, seriesId === '' ? {} : { type: seriesId as MovementType })
      }}
    />
  )
}

/** Each color with its name and its sum over the range. */
function MovementLegend({ currency, points }: { currency: Currency; points: MrrPoint[] }) {
  const sums = MOVEMENTS.map((type) => ({ type, minor: points.reduce((sum, point) => sum + point[`${type}_minor`], 0) }))
  const shown = sums.filter(({ type, minor }) => type !== 'fx' || minor !== 0)
  return (
    <ul aria-label="Totals for the range" className="flex flex-wrap gap-x-5 gap-y-1.5 text-[0.8125rem]">
      {shown.map(({ type, minor }) => (
        <li key={type} className="flex items-center gap-1.5">
          <Swatch color={MOVEMENT_COLOR[type]} />
          <span className="text-ink-soft">{MOVEMENT_LABEL[type]}</span>
          <Money className="font-medium" currency={currency} minor={minor} sign />
        </li>
      ))}
      <li className="flex items-center gap-1.5">
        <span className="text-ink-soft">Net</span>
        <Money className="font-semibold" currency={currency} minor={points.reduce((sum, point) => sum + netOf(point), 0)} sign />
      </li>
    </ul>
  )
}
