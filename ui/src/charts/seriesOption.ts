import type { EChartsCoreOption } from 'echarts/core'

import type { Currency, Day, Interval, Unit } from '~/api/types'
import { axisNumber, axisText, formatValue } from '~/format/value'

import { bucketAxis, frame, tooltip } from './axis'
import type { Bucket } from './buckets'
import { bucketName, isRunning } from './buckets'
import { token } from './palette'

/** `columns` stand on each other, losses below zero; `share` makes every period a whole of 100 %. */
export type ChartStyle = 'line' | 'lines' | 'columns' | 'share'

export interface ChartSeries {
  id: string
  name: string
  /** A token of the style sheet: `--series-1`. */
  colorToken: string
  /** One per bucket, in the metric's unit; `null` where it is not known. */
  values: readonly (number | null)[]
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
}

/** Shades the buckets that history has not filled yet. */
function unfilled(buckets: readonly Bucket[], reachesBackOn: Day | null): object {
  const last = reachesBackOn === null ? -1 : buckets.findLastIndex(({ start_on }) => start_on < reachesBackOn)
  if (last < 0) return {}
  return {
    markArea: {
      silent: true,
      itemStyle: { color: token('--hover'), opacity: 0.7 },
      label: { show: true, position: 'insideTop', color: token('--ink-soft'), fontSize: 12 },
      data: [[{ name: 'Still loading', xAxis: 0 }, { xAxis: last }]],
    },
  }
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

function tooltipOf({ buckets, series, unit, currency, interval, today, totalName, hint }: SeriesOptions, index: number): string {
  const bucket = buckets[index]
  if (!bucket) return ''
  const isSigned = totalName === 'Net'
  const text = (value: number) => formatValue(value, unit, currency, { sign: isSigned })
  const rows = series.flatMap(({ name, colorToken, values }) => {
    const value = values[index]
    return value === null || value === undefined ? [] : [{ color: token(colorToken), name, text: text(value) }]
  })
  if (totalName && rows.length > 1) {
    rows.push({ color: 'transparent', name: totalName, text: text(total(series.map(({ values }) => values[index]))) })
  }
  return tooltip(bucketName(bucket, interval, today), rows, rows.length > 0 ? hint : 'Not known')
}

/** Marks the id of the series that has only a line's running segment. */
export const RUNNING = '~running'

/** The last segment of a line, while its period runs, is one of its own: dashed. */
function linesOf(options: SeriesOptions): object[] {
  const { series, buckets, style, today, unit, currency, reachesBackOn } = options
  const last = buckets.length - 1
  const lastBucket = buckets[last]
  const isDashed = last > 0 && lastBucket !== undefined && isRunning(lastBucket, today)
  const shared = (colorToken: string) => ({
    type: 'line',
    symbol: 'circle',
    symbolSize: buckets.length > 60 ? 4 : 7,
    showSymbol: buckets.length <= 40,
    itemStyle: { color: token(colorToken) },
    emphasis: { focus: series.length > 1 ? 'series' : 'none' },
  })
  return series.flatMap(({ id, name, colorToken, values }, place) => {
    const at = values.map((value) => (value === null ? null : axisNumber(value, unit, currency)))
    const line = { color: token(colorToken), width: 2 }
    const area = style === 'line' ? { areaStyle: { color: token(colorToken), opacity: 0.08 } } : {}
    const solid = {
      ...shared(colorToken),
      ...area,
      id,
      name,
      lineStyle: line,
      data: isDashed ? at.map((value, index) => (index === last ? null : value)) : at,
      ...(place === 0 ? unfilled(buckets, reachesBackOn) : {}),
    }
    if (!isDashed) return [solid]
    const running = at.map((value, index) => (index >= last - 1 ? value : null))
    return [solid, { ...shared(colorToken), ...area, id: `${id}${RUNNING}`, name, lineStyle: { ...line, type: [4, 4] }, data: running }]
  })
}

/** Lines across a column whose period has not ended. */
const hatching = () => ({ symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: token('--surface') })

function columnsOf({ series, buckets, today, unit, currency, reachesBackOn }: SeriesOptions): object[] {
  return series.map(({ id, name, colorToken, values }, place) => ({
    id,
    name,
    type: 'bar',
    stack: 'all',
    barMaxWidth: 44,
    barCategoryGap: '30%',
    itemStyle: { color: token(colorToken) },
    emphasis: { focus: 'series' },
    data: values.map((value, index) => {
      const bucket = buckets[index]
      const at = value === null ? null : axisNumber(value, unit, currency)
      return bucket && isRunning(bucket, today) ? { value: at, itemStyle: { decal: hatching() } } : at
    }),
    ...(place === 0 ? unfilled(buckets, reachesBackOn) : {}),
  }))
}

/** Shares that come near the whole are drawn below it: 120 % of the customers can't be kept. */
const NEAR_WHOLE = 0.75

function isShareOfWhole({ unit, series, style }: SeriesOptions): boolean {
  const most = Math.max(...series.flatMap(({ values }) => values.map((value) => value ?? 0)))
  return unit === 'ratio' && style === 'line' && most > NEAR_WHOLE && most <= 1
}

/** What ECharts draws of series over periods, in a plot of so many pixels. */
export function seriesOption(given: SeriesOptions, width: number): EChartsCoreOption {
  const isShare = given.style === 'share'
  const options = isShare ? { ...given, unit: 'ratio' as const, series: sharesOf(given.series), totalName: undefined } : given
  const { buckets, interval, unit, currency, style } = options
  const base = frame((position) => axisText(position, unit, currency))
  const isLine = style === 'line' || style === 'lines'
  const axis = bucketAxis(buckets, interval, width)
  const pointer = isLine
    ? base.tooltip.axisPointer
    : { type: 'shadow', shadowStyle: { color: token('--hover'), opacity: 0.5 } }
  return {
    ...base,
    xAxis: {
      ...base.xAxis,
      ...axis,
      axisLabel: { ...base.xAxis.axisLabel, ...axis.axisLabel },
      boundaryGap: !isLine || buckets.length === 1,
    },
    yAxis: { ...base.yAxis, scale: options.isZoomed ?? false, ...(isShare || isShareOfWhole(options) ? { max: 1, interval: 0.25 } : {}), ...(unit === 'count' ? { minInterval: 1 } : {}) },
    tooltip: {
      ...base.tooltip,
      axisPointer: pointer,
      formatter: (params: { dataIndex: number }[]) => tooltipOf(options, params[0]?.dataIndex ?? 0),
    },
    series: isLine ? linesOf(options) : columnsOf(options),
  }
}
