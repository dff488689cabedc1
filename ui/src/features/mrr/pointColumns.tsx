import type { Currency, Day, Interval, MovementType, MrrPoint } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import type { Column } from '~/components/DataTable'
import { Money } from '~/components/Figures'
import { formatBucket } from '~/format/date'
import { majorText } from '~/format/money'
import { MOVEMENTS, MOVEMENT_LABEL } from '~/format/names'
import { formatCount } from '~/format/number'

/** Opens what is behind a mark's days: one type of movement or all, one part of the breakdown or all. */
export type OpenMarkFn = (days: Pick<MrrPoint, 'start_on' | 'end_on'>, what?: { type?: MovementType; of?: string }) => void

/** Whether the range or today cuts a period short. */
export function isPartial({ end_on, is_partial }: Pick<MrrPoint, 'end_on' | 'is_partial'>, today: Day): boolean {
  return is_partial ?? end_on > today
}

/** What is said of such a period, beside its name. */
export function partialNote(point: Pick<MrrPoint, 'end_on' | 'is_partial'>, today: Day): string | undefined {
  return isPartial(point, today) ? (point.end_on >= today ? 'so far' : 'partial') : undefined
}

const period = <Row extends Pick<MrrPoint, 'start_on' | 'end_on' | 'is_partial'>>(interval: Interval, today: Day): Column<Row> => ({
  id: 'period',
  header: 'Period',
  sortBy: (point) => point.start_on,
  cell: (point) => {
    const note = partialNote(point, today)
    return (
      <span className="whitespace-nowrap">
        {formatBucket(point.start_on, interval)}
        {note && <span className="text-ink-soft">, {note}</span>}
      </span>
    )
  },
})

export function trendColumns(currency: Currency, interval: Interval, today: Day, open: OpenMarkFn): Column<MrrPoint>[] {
  return [
    period(interval, today),
    {
      id: 'mrr',
      header: 'MRR at end',
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

export function movementColumns(currency: Currency, interval: Interval, today: Day, open: OpenMarkFn): Column<MrrPoint>[] {
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
    period(interval, today),
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

/** One period of several lines beside each other. A line that has no such period is left out. */
export interface ComparedPoint {
  start_on: Day
  end_on: Day
  is_partial: boolean
  values: ReadonlyMap<string, number>
}

export function comparedColumns(
  currency: Currency,
  interval: Interval,
  today: Day,
  lines: readonly { id: string; name: string }[],
  open: OpenMarkFn,
): Column<ComparedPoint>[] {
  return [
    period(interval, today),
    ...lines.map(
      ({ id, name }): Column<ComparedPoint> => ({
        id: `line:${id}`,
        header: name,
        isNumeric: true,
        sortBy: (point) => point.values.get(id) ?? null,
        cell: (point) => {
          const minor = point.values.get(id)
          return minor === undefined ? (
            <span className="text-ink-faint">–</span>
          ) : (
            <button className="link" type="button" onClick={() => open(point, { of: id })}>
              <Money currency={currency} minor={minor} />
            </button>
          )
        },
      }),
    ),
  ]
}

export function comparedFile(
  currency: Currency,
  today: Day,
  lines: readonly { id: string; name: string }[],
  points: readonly ComparedPoint[],
): ExportTable {
  return {
    columns: ['start_on', 'end_on', 'is_partial', 'currency', ...lines.map(({ name }) => name)],
    rows: points.map((point) => [
      point.start_on,
      point.end_on,
      String(isPartial(point, today)),
      currency,
      ...lines.map(({ id }) => {
        const minor = point.values.get(id)
        return minor === undefined ? null : majorText(minor, currency)
      }),
    ]),
  }
}

export function netOf(point: MrrPoint): number {
  return MOVEMENTS.reduce((sum, type) => sum + point[`${type}_minor`], 0)
}

/** One row per period with all figures: the file behind both charts. */
export function pointsFile(currency: Currency, today: Day, points: readonly MrrPoint[]): ExportTable {
  const counted = MOVEMENTS.filter((type) => type !== 'fx')
  return {
    columns: [
      'start_on',
      'end_on',
      'is_partial',
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
      String(isPartial(point, today)),
      currency,
      majorText(point.mrr_minor, currency),
      point.customers,
      point.subscriptions,
      ...MOVEMENTS.map((type) => majorText(point[`${type}_minor`], currency)),
      ...counted.map((type) => point[`${type}_customers`]),
    ]),
  }
}
