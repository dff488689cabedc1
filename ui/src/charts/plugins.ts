/** What the chart library does not draw by itself. */
import type { Chart, ChartType, Plugin, Tick } from 'chart.js'

import type { AxisName } from './axis'
import { LINE_HEIGHT, NAME_GAP } from './axis'
import type { Drawn } from './plot'

interface Shade {
  /** The last index of history that is not loaded yet. */
  last?: number
  text: string
  color: string
  textColor: string
}

declare module 'chart.js' {
  // The parameter is the library's.
  interface PluginOptionsByType<TType extends ChartType> {
    shading?: Shade
    years?: { color: string }
    baseline?: { color?: string }
  }
}

const SHADE_OPACITY = 0.7

/** How wide the shaded part of a chart is, where it has one. */
function shadeWidth({ chartArea, scales }: Chart, last: number | undefined): number | undefined {
  const axis = scales.x
  if (last === undefined || !axis) return undefined
  // Columns are as wide as the way to the next one.
  const half = (axis.options as { offset?: boolean }).offset ? chartArea.width / (axis.max - axis.min + 1) / 2 : 0
  return axis.getPixelForValue(last) + half - chartArea.left
}

const WORDS_PX = 12

/** Shades what history has not filled yet, and says so: the shade below the columns and lines, the words above them. */
export const shading: Plugin<ChartType, Partial<Shade>> = {
  id: 'shading',
  beforeDatasetsDraw(chart, _, { last, color = '' }) {
    const width = shadeWidth(chart, last)
    if (width === undefined) return
    const { ctx, chartArea } = chart
    ctx.save()
    ctx.globalAlpha = SHADE_OPACITY
    ctx.fillStyle = color
    ctx.fillRect(chartArea.left, chartArea.top, width, chartArea.height)
    ctx.restore()
  },
  afterDatasetsDraw(chart, _, { last, text = '', color = '', textColor = '' }) {
    const width = shadeWidth(chart, last)
    if (width === undefined) return
    const { ctx, chartArea } = chart
    ctx.save()
    ctx.font = fontOf(WORDS_PX)
    ctx.textAlign = 'center'
    ctx.textBaseline = 'top'
    const half = ctx.measureText(text).width / 2 + 4
    // Where little is missing, the words are wider than the shade.
    const middle = chartArea.left + Math.max(width / 2, half)
    ctx.fillStyle = color
    ctx.fillRect(middle - half, chartArea.top + 3, 2 * half, WORDS_PX + 5)
    ctx.fillStyle = textColor
    ctx.fillText(text, middle, chartArea.top + 6)
    ctx.restore()
  },
}

/** Writes the years below the names of an axis, quieter than those. */
export const years: Plugin<ChartType, { color?: string }> = {
  id: 'years',
  afterDraw({ ctx, scales }, _, { color = '' }) {
    const axis = scales.x
    if (!axis) return
    ctx.save()
    ctx.fillStyle = color
    ctx.font = fontOf(11)
    ctx.textAlign = 'center'
    ctx.textBaseline = 'middle'
    for (const { value, year } of axis.ticks as (Tick & Partial<AxisName>)[]) {
      if (year) ctx.fillText(year, axis.getPixelForValue(value), axis.top + NAME_GAP + LINE_HEIGHT * 1.5)
    }
    ctx.restore()
  },
}

/** Draws zero over the columns on both sides of it. */
export const baseline: Plugin<ChartType, { color?: string }> = {
  id: 'baseline',
  afterDatasetsDraw({ ctx, chartArea, scales, currentDevicePixelRatio: ratio }, _, { color }) {
    const axis = scales.y
    if (!color || !axis || axis.min >= 0) return
    // On whole pixels of the screen, as the library draws the other lines of the axis.
    const top = Math.round((axis.getPixelForValue(0) - 0.5) * ratio) / ratio
    ctx.fillStyle = color
    ctx.fillRect(chartArea.left, top, chartArea.width, 1)
  },
}

interface Place {
  x: number
  y: number
  skip?: boolean
}

/** One piece of an area: from its first point to its last one, and back along the axis. */
function fillBelow(ctx: CanvasRenderingContext2D, points: readonly Place[], zero: number, isStepped: boolean) {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return
  ctx.beginPath()
  ctx.moveTo(first.x, zero)
  for (const [index, { x, y }] of points.entries()) {
    if (isStepped && index > 0) ctx.lineTo(x, points[index - 1]?.y ?? y)
    ctx.lineTo(x, y)
  }
  ctx.lineTo(last.x, zero)
  ctx.fill()
}

/** The runs of points between those that are not known. */
function runsOf(points: readonly Place[]): Place[][] {
  const runs: Place[][] = [[]]
  for (const point of points) {
    if (point.skip) runs.push([])
    else runs.at(-1)?.push(point)
  }
  return runs
}

/** Fills the area between lines and zero. The library's own way leaves a seam where a line begins to be dashed. */
export const areas: Plugin = {
  id: 'areas',
  beforeDatasetsDraw(chart) {
    const { ctx, scales, chartArea, data } = chart
    const axis = scales.y
    if (!axis) return
    const zero = Math.min(chartArea.bottom, Math.max(chartArea.top, axis.getPixelForValue(0)))
    for (const [index, dataset] of (data.datasets as Drawn[]).entries()) {
      if (!dataset.area) continue
      ctx.fillStyle = dataset.area
      for (const run of runsOf(chart.getDatasetMeta(index).data)) fillBelow(ctx, run, zero, 'stepped' in dataset)
    }
  },
}

const FADED_OPACITY = 0.2

const focused = new WeakMap<object, number>()

/** Fades all series but one, or none; says whether that is a change. */
export function focus(chart: object, datasetIndex: number | undefined): boolean {
  if (focused.get(chart) === datasetIndex) return false
  if (datasetIndex === undefined) focused.delete(chart)
  else focused.set(chart, datasetIndex)
  return true
}

export const fading: Plugin = {
  id: 'fading',
  beforeDatasetDraw(chart: Chart, { index }) {
    const only = focused.get(chart)
    chart.ctx.globalAlpha = only === undefined || only === index ? 1 : FADED_OPACITY
  },
  afterDatasetDraw({ ctx }) {
    ctx.globalAlpha = 1
  },
}

const fontOf = (size: number) => `${size}px ${getComputedStyle(document.body).fontFamily}`
