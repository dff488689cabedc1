import type { Scale } from 'chart.js'

import type { Day, Interval } from '~/api/types'
import { addDays, addMonths, dayOf, firstOfMonth, formatTick, utcOf } from '~/format/date'

import type { Bucket } from './buckets'
import { token } from './palette'

/** The narrowest room in which a name such as `Sep 28` or `Sep` is read with ease. */
const TICK_WIDTH: Record<Interval, number> = { day: 64, week: 64, month: 44, quarter: 44, year: 52 }

/** About what the vertical axis takes of a chart. */
const VALUES_WIDTH = 72

/** From a horizontal axis to its names, and from one line of them to the next. */
export const NAME_GAP = 10
export const LINE_HEIGHT = 15

export interface AxisName {
  name: string
  /** Below the name, at the first one and wherever the year changes. */
  year: string | null
}

/** The names on a horizontal axis: as many as fit, with the years below them. */
export function ticksOf(buckets: readonly Bucket[], interval: Interval, width: number): Map<number, AxisName> {
  const fitting = Math.max(2, Math.floor((width - VALUES_WIDTH) / TICK_WIDTH[interval]))
  const step = Math.max(1, Math.ceil(buckets.length / fitting))
  const ticks = new Map<number, AxisName>()
  let year = ''
  for (let index = 0; index < buckets.length; index += step) {
    const start = buckets[index]?.start_on ?? ''
    const isNewYear = interval !== 'year' && start.slice(0, 4) !== year
    year = start.slice(0, 4)
    ticks.set(index, { name: formatTick(start, interval), year: isNewYear ? year : null })
  }
  return ticks
}

const DAY_MS = 86_400_000

const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60, 120]
const DAY_STEPS = [1, 2, 7, 14, 28, 56]

/** The list with the smallest of the steps that makes it short enough. */
function shortest(steps: readonly number[], listOf: (step: number) => Day[], atMost: number): Day[] {
  let days: Day[] = []
  for (const step of steps) {
    days = listOf(step)
    if (days.length <= atMost) break
  }
  return days
}

/** The first days of months from one day to another: every third one is the first of a quarter. */
export function monthsBetween(from: Day, until: Day, atMost: number): Day[] {
  const first = from === firstOfMonth(from) ? from : firstOfMonth(from, 1)
  const number = Number(first.slice(0, 4)) * 12 + Number(first.slice(5, 7)) - 1
  const listOf = (step: number) => {
    const days: Day[] = []
    for (let day = addMonths(first, (step - (number % step)) % step); day <= until; day = addMonths(day, step)) days.push(day)
    return days
  }
  return shortest(MONTH_STEPS, listOf, atMost)
}

/** Days from one to another, evenly apart. */
export function daysBetween(from: Day, until: Day, atMost: number): Day[] {
  const listOf = (step: number) => {
    const days: Day[] = []
    for (let day = from; day <= until; day = addDays(day, step)) days.push(day)
    return days
  }
  return shortest(DAY_STEPS, listOf, atMost)
}

/** A longer axis of time names the first days of months. */
const LONG_MS = 60 * DAY_MS

/** The room for a name such as `Sep 28, 2026`. */
const DAY_WIDTH = 112

/** The places, in milliseconds, that an axis of time names. */
export function timeTicks(from: number, until: number, width: number): number[] {
  const fitting = Math.max(2, Math.floor((width - VALUES_WIDTH) / DAY_WIDTH))
  const between = until - from > LONG_MS ? monthsBetween : daysBetween
  return between(dayOf(new Date(from + DAY_MS - 1)), dayOf(new Date(until)), fitting).map((day) => utcOf(day).getTime())
}

const names = () => ({ color: token('--ink-soft'), font: { size: 12, lineHeight: `${LINE_HEIGHT}px` } })

/** What all horizontal axes have in common. */
export const baseAxis = () => ({
  border: { color: token('--line') },
  grid: { display: false, drawTicks: false },
  ticks: { ...names(), autoSkip: false, maxRotation: 0, padding: NAME_GAP },
})

const NICE = [1, 2, 3, 5, 10]

/** The values that a vertical axis names, about four steps of round numbers: the first and the last one are its ends. */
export function valueTicks(min: number, max: number, least = 0): number[] {
  const rough = Math.max((max - min) / 4, Number.MIN_VALUE)
  const power = 10 ** Math.floor(Math.log10(rough))
  const nearest = NICE.reduce((best, one) => (Math.abs(one - rough / power) < Math.abs(best - rough / power) ? one : best))
  const step = Math.max(nearest * power, least)
  const [first, last] = [Math.floor(min / step + TINY), Math.ceil(max / step - TINY)]
  // 3 × 0.1 is a little more than 0.3.
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)))
}

/** Less of a step than can be seen. */
const TINY = 1e-6

interface ValueAxis {
  text: (position: number) => string
  /** Whether it is of parts of a whole: up to 100 %. */
  isWhole?: boolean
  /** The smallest step: 1 for what is counted. */
  least?: number
  /** Whether it shows where the values are instead of beginning at 0. */
  isZoomed?: boolean
  isStacked?: boolean
}

/** A vertical axis, which shows short what the tooltip shows in full. */
export function valueAxis({ text, isWhole = false, least = 0, isZoomed = false, isStacked = false }: ValueAxis) {
  let values: number[] = []
  return {
    type: 'linear' as const,
    stacked: isStacked,
    beginAtZero: !isZoomed,
    bounds: 'data' as const,
    border: { display: false },
    grid: { color: token('--line'), drawTicks: false },
    // The ticks are built more than once from the same limits.
    afterDataLimits: (axis: Scale) => {
      values = valueTicks(axis.min, isWhole ? 1 : axis.max, isWhole ? 0.25 : least)
      axis.min = values[0] ?? axis.min
      axis.max = values.at(-1) ?? axis.max
    },
    afterBuildTicks: (axis: Scale) => {
      axis.ticks = values.map((value) => ({ value }))
    },
    ticks: { ...names(), padding: 8, callback: (position: string | number) => text(Number(position)) },
  }
}

/** A horizontal axis of periods. */
export function bucketAxis(buckets: readonly Bucket[], interval: Interval) {
  const base = baseAxis()
  return {
    ...base,
    type: 'category' as const,
    afterBuildTicks: (axis: Scale) => {
      axis.ticks = [...ticksOf(buckets, interval, axis.chart.width)].map(([value, name]) => ({ value, ...name }))
    },
    ticks: {
      ...base.ticks,
      // The second line is the years'. It is kept where no year is in it, so that the plot does not jump.
      callback: (_: string | number, index: number, ticks: object[]) => [(ticks[index] as AxisName | undefined)?.name ?? '', ''],
    },
  }
}
