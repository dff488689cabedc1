import type { Interval } from '~/api/types'
import { formatTick } from '~/format/date'

import type { Bucket } from './buckets'
import { token } from './palette'

/** The narrowest room in which a name such as `Sep 28` or `Sep` is read with ease. */
const TICK_WIDTH: Record<Interval, number> = { day: 64, week: 64, month: 44, quarter: 44, year: 52 }

/** About what the vertical axis takes of a chart. */
const VALUES_WIDTH = 72

export interface Tick {
  name: string
  /** Below the name, at the first tick and wherever the year changes. */
  year: string | null
}

/** The names on a horizontal axis: as many as fit, with the years below them. */
export function ticksOf(buckets: readonly Bucket[], interval: Interval, width: number): Map<number, Tick> {
  const fitting = Math.max(2, Math.floor((width - VALUES_WIDTH) / TICK_WIDTH[interval]))
  const step = Math.max(1, Math.ceil(buckets.length / fitting))
  const ticks = new Map<number, Tick>()
  let year = ''
  for (let index = 0; index < buckets.length; index += step) {
    const start = buckets[index]?.start_on ?? ''
    const isNewYear = interval !== 'year' && start.slice(0, 4) !== year
    year = start.slice(0, 4)
    ticks.set(index, { name: formatTick(start, interval), year: isNewYear ? year : null })
  }
  return ticks
}

/** Axes, grid and tooltip that all charts have in common. The tooltip shows in full what the axis shows short. */
export function frame(valueText: (position: number) => string) {
  // Double quotes would end the attribute that they are written into, and with it the saved picture.
  const fontFamily = getComputedStyle(document.body).fontFamily.replaceAll('"', "'")
  const label = { color: token('--ink-soft'), fontSize: 12, fontFamily }
  const line = token('--line')
  return {
    textStyle: { fontFamily },
    grid: { left: 8, right: 12, top: 12, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: { axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { ...label, margin: 14 } },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      splitLine: { lineStyle: { color: line } },
      axisLabel: { ...label, formatter: valueText },
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

/** A horizontal axis of periods. */
export function bucketAxis(buckets: readonly Bucket[], interval: Interval, width: number) {
  const ticks = ticksOf(buckets, interval, width)
  return {
    type: 'category',
    data: buckets.map(({ start_on }) => start_on),
    axisLabel: {
      interval: (index: number) => ticks.has(index),
      // The second line is kept where no year is in it, so that the plot does not jump.
      formatter: (_: string, index: number) => {
        const { name = '', year = null } = ticks.get(index) ?? {}
        return `${name}\n{year|${year ?? ' '}}`
      },
      rich: { year: { color: token('--ink-faint'), fontSize: 11, lineHeight: 15 } },
    },
  }
}

export interface TooltipRow {
  color: string
  name: string
  text: string
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

export function tooltip(title: string, rows: readonly TooltipRow[], hint: string): string {
  const cells = rows.map(
    ({ color, name, text }) =>
      `<tr><td style="padding:1px 8px 1px 0"><span style="display:inline-block;width:9px;height:9px;border-radius:2px;background:${color}"></span></td><td style="padding:1px 20px 1px 0;max-width:18rem;overflow:hidden;text-overflow:ellipsis"><bdi>${escape(name)}</bdi></td><td style="text-align:right">${escape(text)}</td></tr>`,
  )
  const foot = hint && `<div style="color:var(--ink-soft);font-size:12px;margin-top:4px">${escape(hint)}</div>`
  return `<div style="font-weight:600;margin-bottom:4px">${escape(title)}</div><table>${cells.join('')}</table>${foot}`
}
