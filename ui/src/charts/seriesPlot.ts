import type { ScriptableLineSegmentContext } from 'chart.js'

import type { Currency, Day, Interval, Unit } from '~/api/types'
import { axisNumber, axisText, formatValue } from '~/format/value'

import { bucketAxis, valueAxis } from './axis'
import type { Bucket } from './buckets'
import { bucketName, isRunning } from './buckets'
import { faint, hatched, token } from './palette'
import type { Drawn, Plot, Tip } from './plot'
import { pointsOf } from './points'

/** `columns` stand on each other, losses below zero; `share` makes every period a whole of 100 %. */
export type ChartStyle = 'line' | 'lines' | 'columns' | 'share'

export interface ChartSeries {
  id: string
  name: string
  /** A token of the style sheet: `--series-1`. */
  colorToken: string
  /** One per bucket, in the metric's unit; `null` where it is not known. */
  values: readonly (number | null)[]
  /** Whether all of its periods are over, where those of another one still run. */
  isOver?: boolean
}

export interface SeriesOptions {
  style: ChartStyle
  unit: Unit
  currency: Currency
  interval: Interval
  buckets: readonly Bucket[]
  series: readonly ChartSeries[]
  today: Day
  /** The last row of the tooltip, from all series: `Net`. */
  totalName?: string | undefined
  /** Says in the tooltip what a click does. */
  hint: string
  /** Whether the vertical axis shows where the values are instead of beginning at 0: for lines only. */
  isZoomed?: boolean
  /** History before this day is not loaded yet. */
  reachesBackOn: Day | null
  /** Figures before this day are coarse. */
  exactFromOn?: Day | null
}

/** The last of the buckets that begin before a day. */
function lastBefore(buckets: readonly Bucket[], day: Day | null): { last?: number } {
  const last = day === null ? -1 : buckets.findLastIndex(({ start_on }) => start_on < day)
  return last < 0 ? {} : { last }
}

/** What is not whole: while history loads, what it has not filled yet; else what the source reported only coarsely. */
function shaded({ buckets, reachesBackOn, exactFromOn = null }: SeriesOptions): { last?: number; text: string } {
  if (reachesBackOn !== null || exactFromOn === null) return { ...lastBefore(buckets, reachesBackOn), text: 'Still loading' }
  return { ...lastBefore(buckets, exactFromOn), text: 'Coarse figures' }
}

const total = (values: readonly (number | null | undefined)[]) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0)

/** Each value as its part of what its bucket adds up to. */
export function sharesOf(series: readonly ChartSeries[]): ChartSeries[] {
  const length = series[0]?.values.length ?? 0
  const whole = Array.from({ length }, (_, index) => total(series.map(({ values }) => Math.max(0, values[index] ?? 0))))
  return series.map((one) => ({
    ...one,
    values: one.values.map((value, index) => {
      const of = whole[index] ?? 0
      return value === null || of === 0 ? null : Math.max(0, value) / of
    }),
  }))
}

function tipOf({ buckets, series, unit, currency, interval, today, totalName, hint }: SeriesOptions, index: number): Tip | null {
  const bucket = buckets[index]
  if (!bucket) return null
  const isSigned = totalName === 'Net'
  const text = (value: number) => formatValue(value, unit, currency, { sign: isSigned })
  const rows = series.flatMap(({ name, colorToken, values }) => {
    const value = values[index]
    return value === null || value === undefined ? [] : [{ color: token(colorToken), name, text: text(value) }]
  })
  if (totalName && rows.length > 1) {
    rows.push({ color: 'transparent', name: totalName, text: text(total(series.map(({ values }) => values[index]))) })
  }
  return { title: bucketName(bucket, interval, today), rows, hint: rows.length > 0 ? hint : 'Not known' }
}

/** The segment of a line that leads to a period which still runs is dashed. */
function linesOf({ series, buckets, style, today, unit, currency }: SeriesOptions): Drawn[] {
  const running = buckets.findIndex((bucket) => isRunning(bucket, today))
  const dash = ({ p1DataIndex }: ScriptableLineSegmentContext) => (p1DataIndex === running ? [4, 4] : undefined)
  return series.map(({ id, name, colorToken, values, isOver = false }) => ({
    ...pointsOf(token(colorToken), buckets.length),
    id,
    label: name,
    type: 'line',
    borderWidth: 2,
    ...(isOver ? {} : { segment: { borderDash: dash } }),
    ...(style === 'line' ? { area: faint(token(colorToken)) } : {}),
    data: values.map((value) => (value === null ? null : axisNumber(value, unit, currency))),
  }))
}

/** A column whose period has not ended is hatched. */
function columnsOf({ series, buckets, today, unit, currency }: SeriesOptions): Drawn[] {
  return series.map(({ id, name, colorToken, values }) => {
    const [plain, running] = [token(colorToken), hatched(token(colorToken), token('--surface'))]
    const colors = buckets.map((bucket) => (isRunning(bucket, today) ? running : plain))
    return {
      id,
      label: name,
      type: 'bar',
      maxBarThickness: 44,
      categoryPercentage: 0.7,
      barPercentage: 1,
      backgroundColor: colors,
      hoverBackgroundColor: colors,
      data: values.map((value) => (value === null ? null : axisNumber(value, unit, currency))),
    }
  })
}

/** Shares that come near the whole are drawn below it: 120 % of the customers can't be kept. */
const NEAR_WHOLE = 0.75

function isShareOfWhole({ unit, series, style }: SeriesOptions): boolean {
  const most = Math.max(...series.flatMap(({ values }) => values.map((value) => value ?? 0)))
  return unit === 'ratio' && style === 'line' && most > NEAR_WHOLE && most <= 1
}

/** Between 0 and 0 there are no steps to name. */
const isFlat = (series: SeriesOptions['series']) => series.every(({ values }) => values.every((value) => !value))

function scalesOf(options: SeriesOptions, isLine: boolean, isWhole: boolean) {
  const { buckets, series, interval, unit, currency, isZoomed = false } = options
  return {
    x: { ...bucketAxis(buckets, interval), stacked: !isLine, offset: !isLine || buckets.length === 1 },
    y: valueAxis({
      text: (position) => axisText(position, unit, currency),
      least: unit === 'count' || isFlat(series) ? 1 : 0,
      isWhole,
      isZoomed,
      isStacked: !isLine,
    }),
  }
}

/** Series over periods. */
export function seriesPlot(given: SeriesOptions): Plot {
  const isShare = given.style === 'share'
  const options = isShare ? { ...given, unit: 'ratio' as const, series: sharesOf(given.series), totalName: undefined } : given
  const { buckets, series, style } = options
  const isLine = style === 'line' || style === 'lines'
  return {
    labels: buckets.map(({ start_on }) => start_on),
    datasets: isLine ? linesOf(options) : columnsOf(options),
    options: {
      scales: scalesOf(options, isLine, isShare || isShareOfWhole(options)),
      plugins: {
        years: { color: token('--ink-faint') },
        baseline: isLine ? {} : { color: token('--line-strong') },
        shading: { ...shaded(options), color: token('--hover'), textColor: token('--ink-soft') },
      },
    },
    tipAt: (index) => tipOf(options, index),
    names: series.map(({ name, colorToken }) => ({ name, color: token(colorToken) })),
    pointer: isLine ? 'line' : 'band',
  }
}
