import type { Currency, Interval, MovementType, MrrPoint } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import type { Column } from '~/components/DataTable'
import { Money } from '~/components/Figures'
import { formatBucket } from '~/format/date'
import { majorText } from '~/format/money'
import { MOVEMENTS, MOVEMENT_LABEL } from '~/format/names'
import { formatCount } from '~/format/number'

/** Opens what is behind the days of a mark: of one type of movement or all, of one part of the breakdown or all. */
export type OpenMarkFn = (days: Pick<MrrPoint, 'start_on' | 'end_on'>, what?: { type?: MovementType; of?: string }) => void

const period = <Row extends { start_on: string }>(interval: Interval): Column<Row> => ({
  id: 'period',
  header: 'Period',
  sortBy: (point) => point.start_on,
  cell: (point) => <span className="whitespace-nowrap">{formatBucket(point.start_on, interval)}</span>,
})

export function trendColumns(currency: Currency, interval: Interval, open: OpenMarkFn): Column<MrrPoint>[] {
  return [
    period(interval),
    {
      id: 'mrr',
      header: 'MRR at the end',
      isNumeric: true,
      sortBy: (point) => point.mrr_minor,
      cell: (point) => (
        <button className="link" type="button" onClick={() => open(point)}>
          <Money currency={currency} minor={point.mrr_minor} />
        </button>
      ),
    },
    {
      id: 'customers',
      header: 'Customers',
      isNumeric: true,
      sortBy: (point) => point.customers,
      cell: (point) => formatCount(point.customers),
    },
    {
      id: 'subscriptions',
      header: 'Subscriptions',
      isNumeric: true,
      isWideOnly: true,
      sortBy: (point) => point.subscriptions,
      cell: (point) => formatCount(point.subscriptions),
    },
  ]
}

export function movementColumns(currency: Currency, interval: Interval, open: OpenMarkFn): Column<MrrPoint>[] {
  const amount = (type: MovementType): Column<MrrPoint> => ({
    id: type,
    header: MOVEMENT_LABEL[type],
    isNumeric: true,
    sortBy: (point) => point[`${type}_minor`],
    cell: (point) => {
      const minor = point[`${type}_minor`]
      if (minor === 0) return <span className="text-ink-faint">–</span>
      return (
        <button className="link" type="button" onClick={() => open(point, { type })}>
          <Money currency={currency} minor={minor} sign />
        </button>
      )
    },
  })
  return [
    period(interval),
    {
      id: 'net',
      header: 'Net',
      isNumeric: true,
      sortBy: netOf,
      cell: (point) => <Money className="font-medium" currency={currency} minor={netOf(point)} sign />,
    },
    ...MOVEMENTS.map(amount),
  ]
}

/** One period of several lines beside each other. */
export interface ComparedPoint {
  start_on: string
  end_on: string
  values: ReadonlyMap<string, number>
}

export function comparedColumns(
  currency: Currency,
  interval: Interval,
  lines: readonly { id: string; name: string }[],
  open: OpenMarkFn,
): Column<ComparedPoint>[] {
  return [
    period(interval),
    ...lines.map(
      ({ id, name }): Column<ComparedPoint> => ({
        id: `line:${id}`,
        header: name,
        isNumeric: true,
        sortBy: (point) => point.values.get(id) ?? 0,
        cell: (point) => (
          <button className="link" type="button" onClick={() => open(point, { of: id })}>
            <Money currency={currency} minor={point.values.get(id) ?? 0} />
          </button>
        ),
      }),
    ),
  ]
}

export function comparedFile(
  currency: Currency,
  lines: readonly { id: string; name: string }[],
  points: readonly ComparedPoint[],
): ExportTable {
  return {
    columns: ['start_on', 'end_on', 'currency', ...lines.map(({ name }) => name)],
    rows: points.map((point) => [
      point.start_on,
      point.end_on,
      currency,
      ...lines.map(({ id }) => majorText(point.values.get(id) ?? 0, currency)),
    ]),
  }
}

export function netOf(point: MrrPoint): number {
  return MOVEMENTS.reduce((sum, type) => sum + point[`${type}_minor`], 0)
}

/** One row a period, all figures: the file behind both charts. */
export function pointsFile(currency: Currency, points: readonly MrrPoint[]): ExportTable {
  const counted = MOVEMENTS.filter((type) => type !== 'fx')
  return {
    columns: [
      'start_on',
      'end_on',
      'currency',
      'mrr',
      'customers',
      'subscriptions',
      ...MOVEMENTS,
      ...counted.map((type) => `${type}_customers`),
    ],
    rows: points.map((point) => [
      point.start_on,
      point.end_on,
      currency,
      majorText(point.mrr_minor, currency),
      point.customers,
      point.subscriptions,
      ...MOVEMENTS.map((type) => majorText(point[`${type}_minor`], currency)),
      ...counted.map((type) => point[`${type}_customers`]),
    ]),
  }
}
