import type { EChartsCoreOption } from 'echarts/core'

import type { Currency, Day, Interval, MrrPoint } from '~/api/types'
import { dayOf, formatBucket } from '~/format/date'
import { exponentOf, formatMoney, majorNumber } from '~/format/money'
import { MOVEMENTS, MOVEMENT_LABEL } from '~/format/names'

import { token } from './palette'

/** Axes, grid and tooltip that all charts have in common. Amounts on the axis are short; the tooltip shows them in full. */
function frame(currency: Currency, names: string[]): EChartsCoreOption {
  // Double quotes would end the attribute that they are written into, and with it the saved picture.
  const fontFamily = getComputedStyle(document.body).fontFamily.replaceAll('"', "'")
  const label = { color: token('--ink-soft'), fontSize: 12, fontFamily }
  const line = token('--line')
  return {
    textStyle: { fontFamily },
    grid: { left: 8, right: 12, top: 12, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'category',
      data: names,
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
      axisLabel: { ...label, hideOverlap: true, margin: 12 },
    },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      splitLine: { lineStyle: { color: line } },
      axisLabel: {
        ...label,
        formatter: (value: number) => formatMoney(Math.round(value * 10 ** exponentOf(currency)), currency, { compact: true }),
      },
    },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: token('--surface'),
      borderColor: token('--line'),
      padding: [10, 12],
      textStyle: { color: token('--ink'), fontSize: 13, fontFamily },
      extraCssText: 'box-shadow: var(--elevation-high); border-radius: 10px; font-variant-numeric: tabular-nums;',
      axisPointer: { lineStyle: { color: token('--line-strong'), type: 'solid' } },
    },
  }
}

/** Shades the buckets that history has not filled yet. */
function partial(starts: string[], reachesBackOn: Day | null): object {
  const last = reachesBackOn === null ? -1 : starts.findLastIndex((start) => start < reachesBackOn)
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

interface TooltipRow {
  color: string
  name: string
  text: string
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

function tooltip(title: string, rows: TooltipRow[], hint: string): string {
  const cells = rows.map(
    ({ color, name, text }) =>
      `<tr><td style="padding:1px 8px 1px 0"><span style="display:inline-block;width:9px;height:9px;border-radius:2px;background:${color}"></span></td><td style="padding:1px 20px 1px 0;max-width:18rem;overflow:hidden;text-overflow:ellipsis"><bdi>${escape(name)}</bdi></td><td style="text-align:right">${escape(text)}</td></tr>`,
  )
  return `<div style="font-weight:600;margin-bottom:4px">${escape(title)}</div><table>${cells.join('')}</table><div style="color:var(--ink-soft);font-size:12px;margin-top:4px">${escape(hint)}</div>`
}

const bucketName = (start: Day, interval: Interval, note: string | undefined) =>
  note === undefined ? formatBucket(start, interval) : `${formatBucket(start, interval)}, ${note}`

export interface Line {
  id: string
  name: string
  colorToken: string
  /** In minor units, one per bucket. */
  values: (number | null)[]
}

interface LineChart {
  currency: Currency
  interval: Interval
  starts: string[]
  lines: Line[]
  /** What the tooltip adds to each bucket's name: that it is partial. */
  notes: (string | undefined)[]
  isFilled?: boolean
  hint: string
  /** History before this day is not loaded yet. */
  reachesBackOn: Day | null
}

export function lineOption({
  currency,
  interval,
  starts,
  lines,
  notes,
  isFilled = false,
  hint,
  reachesBackOn,
}: LineChart): EChartsCoreOption {
  const names = starts.map((start) => formatBucket(start, interval, { short: true }))
  const base = frame(currency, names)
  return {
    ...base,
    xAxis: { ...(base.xAxis as object), boundaryGap: starts.length === 1 },
    yAxis: { ...(base.yAxis as object), min: isFilled ? 0 : (range: { min: number }) => Math.min(0, range.min) },
    tooltip: {
      ...(base.tooltip as object),
      formatter: (params: { dataIndex: number }[]) => {
        const index = params[0]?.dataIndex ?? 0
        const rows = lines.flatMap(({ name, colorToken, values }) => {
          const value = values[index]
          return value === null || value === undefined
            ? []
            : [{ color: token(colorToken), name, text: formatMoney(value, currency) }]
        })
        return tooltip(bucketName(starts[index] ?? '', interval, notes[index]), rows, hint)
      },
    },
    series: lines.map(({ id, name, colorToken, values }, index) => ({
      id,
      name,
      type: 'line',
      data: values.map((value) => (value === null ? null : majorNumber(value, currency))),
      symbol: 'circle',
      symbolSize: values.length > 60 ? 4 : 7,
      showSymbol: values.length <= 40,
      itemStyle: { color: token(colorToken) },
      lineStyle: { color: token(colorToken), width: 2 },
      ...(isFilled ? { areaStyle: { color: token(colorToken), opacity: 0.08 } } : {}),
      emphasis: { focus: lines.length > 1 ? 'series' : 'none' },
      ...(index === 0 ? partial(starts, reachesBackOn) : {}),
    })),
  }
}

export function movementOption(
  currency: Currency,
  interval: Interval,
  points: MrrPoint[],
  notes: (string | undefined)[],
  reachesBackOn: Day | null,
): EChartsCoreOption {
  const starts = points.map((point) => point.start_on)
  const base = frame(
    currency,
    starts.map((start) => formatBucket(start, interval, { short: true })),
  )
  const shown = MOVEMENTS.filter((type) => points.some((point) => point[`${type}_minor`] !== 0))
  return {
    ...base,
    tooltip: {
      ...(base.tooltip as object),
      axisPointer: { type: 'shadow', shadowStyle: { color: token('--hover'), opacity: 0.5 } },
      formatter: (params: { dataIndex: number }[]) => {
        const index = params[0]?.dataIndex ?? 0
        const point = points[index]
        if (!point) return ''
        const rows = shown.map((type) => ({
          color: token(`--${type}`),
          name: MOVEMENT_LABEL[type],
          text: formatMoney(point[`${type}_minor`], currency, { sign: true }),
        }))
        const net = MOVEMENTS.reduce((sum, type) => sum + point[`${type}_minor`], 0)
        rows.push({ color: 'transparent', name: 'Net', text: formatMoney(net, currency, { sign: true }) })
        return tooltip(bucketName(point.start_on, interval, notes[index]), rows, 'Click a bar to see its customers')
      },
    },
    series: shown.map((type, index) => ({
      id: type,
      name: MOVEMENT_LABEL[type],
      type: 'bar',
      stack: 'movements',
      barMaxWidth: 44,
      barCategoryGap: '35%',
      cursor: 'pointer',
      itemStyle: { color: token(`--${type}`), borderColor: token('--surface'), borderWidth: 0.5 },
      emphasis: { focus: 'series' },
      data: points.map((point) => majorNumber(point[`${type}_minor`], currency)),
      ...(index === 0 ? partial(starts, reachesBackOn) : {}),
    })),
  }
}

export interface Step {
  /** Milliseconds. */
  at: number
  minor: number
}

/** A longer time axis names months instead of days. */
const LONG_MS = 150 * 86_400_000

/** A customer's MRR: flat between its changes. */
export function stepOption(currency: Currency, steps: Step[], until: number, nameOf: (at: number) => string): EChartsCoreOption {
  const base = frame(currency, [])
  const last = steps.at(-1)
  const isLong = until - (steps[0]?.at ?? until) > LONG_MS
  const drawn = last ? [...steps, { at: Math.max(until, last.at), minor: last.minor }] : steps
  return {
    ...base,
    useUTC: true,
    xAxis: {
      type: 'time',
      splitNumber: 5,
      axisLine: { lineStyle: { color: token('--line') } },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: {
        color: token('--ink-soft'),
        fontSize: 12,
        hideOverlap: true,
        // As on every other axis, in the reader's language.
        formatter: (at: number) => formatBucket(dayOf(new Date(at)), isLong ? 'month' : 'day', { short: true }),
      },
    },
    yAxis: { ...(base.yAxis as object), min: 0 },
    tooltip: {
      ...(base.tooltip as object),
      formatter: (params: { dataIndex: number }[]) => {
        const step = drawn[params[0]?.dataIndex ?? 0]
        return step
          ? tooltip(
              nameOf(step.at),
              [{ color: token('--series-1'), name: 'MRR from here', text: formatMoney(step.minor, currency) }],
              'Click to see why',
            )
          : ''
      },
    },
    series: [
      {
        id: 'mrr',
        type: 'line',
        step: 'end',
        data: drawn.map(({ at, minor }) => [at, majorNumber(minor, currency)]),
        symbol: 'circle',
        symbolSize: 7,
        itemStyle: { color: token('--series-1') },
        lineStyle: { color: token('--series-1'), width: 2 },
        areaStyle: { color: token('--series-1'), opacity: 0.08 },
      },
    ],
  }
}
