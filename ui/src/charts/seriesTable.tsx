import type { ReactNode } from 'react'

import type { Currency, Day, Interval, Unit } from '~/api/types'
import type { Column } from '~/components/DataTable'
import { fileValue, formatValue } from '~/format/value'

import type { Bucket } from './buckets'
import { bucketName } from './buckets'
import type { ExportTable } from './export'
import type { ChartSeries } from './seriesPlot'

/** One period of all series. */
export interface SeriesRow extends Bucket {
  index: number
}

export interface SeriesTable {
  unit: Unit
  currency: Currency
  interval: Interval
  today: Day
  buckets: readonly Bucket[]
  series: readonly ChartSeries[]
  /** Whether the sum of all periods, and of all series in one, says something: of money that moved, not of levels. */
  isSummed?: boolean
  /** Whether gains and losses stand beside each other. */
  isSigned?: boolean
  /** A column for the sum of the series. */
  totalName?: string | undefined
  /** Makes a figure a button that opens what is behind it. */
  onMark?: ((mark: { seriesId: string; index: number }) => void) | undefined
}

const sumOf = (values: readonly (number | null | undefined)[]): number | null => {
  const known = values.filter((value): value is number => value !== null && value !== undefined)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}

export const rowsOf = (buckets: readonly Bucket[]): SeriesRow[] => buckets.map((bucket, index) => ({ ...bucket, index }))

const inRow = (series: readonly ChartSeries[], index: number) => sumOf(series.map(({ values }) => values[index]))

/** A column for the period, one for each series, and one for their sum. */
export function columnsOf({ series, interval, today, totalName, ...table }: SeriesTable): Column<SeriesRow>[] {
  const { unit, currency, isSummed = false, isSigned = false, onMark } = table
  const text = (value: number | null) => formatValue(value, unit, currency, { sign: isSigned })
  const figure = (value: number | null, seriesId: string, index: number): ReactNode => {
    if (value === null || (isSigned && value === 0)) return <span className="text-ink-faint">–</span>
    return onMark ? (
      <button className="link" type="button" onClick={() => onMark({ seriesId, index })}>
        {text(value)}
      </button>
    ) : (
      text(value)
    )
  }
  const period: Column<SeriesRow> = {
    id: 'period',
    header: 'Period',
    sortBy: ({ start_on }) => start_on,
    cell: (row) => <span className="whitespace-nowrap">{bucketName(row, interval, today)}</span>,
    ...(isSummed ? { total: () => 'Total' } : {}),
  }
  const total: Column<SeriesRow> = {
    id: 'total',
    header: totalName ?? '',
    isNumeric: true,
    sortBy: ({ index }) => inRow(series, index),
    cell: ({ index }) => <span className="font-medium">{text(inRow(series, index))}</span>,
    ...(isSummed ? { total: (rows) => text(sumOf(rows.map(({ index }) => inRow(series, index)))) } : {}),
  }
  return [
    period,
    ...(totalName ? [total] : []),
    ...series.map(
      ({ id, name, values }): Column<SeriesRow> => ({
        id: `series:${id}`,
        header: name,
        isNumeric: true,
        sortBy: ({ index }) => values[index] ?? null,
        cell: ({ index }) => figure(values[index] ?? null, id, index),
        ...(isSummed ? { total: (rows) => text(sumOf(rows.map(({ index }) => values[index]))) } : {}),
      }),
    ),
  ]
}

/** The same as a file: every series and every period. */
export function fileOf({ buckets, series, unit, currency }: SeriesTable): ExportTable {
  return {
    columns: ['start_on', 'end_on', 'is_partial', ...(unit === 'money' ? ['currency'] : []), ...series.map(({ name }) => name)],
    rows: buckets.map((bucket, index) => [
      bucket.start_on,
      bucket.end_on,
      bucket.is_partial,
      ...(unit === 'money' ? [currency] : []),
      ...series.map(({ values }) => fileValue(values[index], unit, currency)),
    ]),
  }
}
