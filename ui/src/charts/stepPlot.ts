import type { Scale } from 'chart.js'

import type { Currency } from '~/api/types'
import { dayOf, formatDay, formatMonth } from '~/format/date'
import { formatMoney, majorNumber } from '~/format/money'
import { axisText } from '~/format/value'

import { baseAxis, timeTicks, valueAxis } from './axis'
import { faint, token } from './palette'
import type { Plot } from './plot'
import { pointsOf } from './points'

export interface Step {
  /** Milliseconds. */
  at: number
  minor: number
}

const DAY_MS = 86_400_000

/** A longer axis names months instead of days. */
const LONG_MS = 150 * DAY_MS

/** Where the axis begins and ends: what has just begun is given a day. */
function rangeOf(steps: readonly Step[], until: number): { min: number; max: number } {
  const [first, last] = [steps[0]?.at ?? until, steps.at(-1)?.at ?? until]
  return { min: first, max: Math.max(until, last, first + DAY_MS) }
}

function timeAxis(min: number, max: number) {
  const base = baseAxis()
  const format = max - min > LONG_MS ? formatMonth : formatDay
  return {
    ...base,
    type: 'linear' as const,
    min,
    max,
    afterBuildTicks: (axis: Scale) => {
      axis.ticks = timeTicks(min, max, axis.chart.width).map((value) => ({ value }))
    },
    // As on every other axis, in the reader's language and with the year.
    ticks: { ...base.ticks, callback: (at: string | number) => format(dayOf(new Date(at))) },
  }
}

/** A customer's MRR: flat between its changes. */
export function stepPlot(currency: Currency, steps: readonly Step[], until: number, nameOf: (at: number) => string): Plot {
  const { min, max } = rangeOf(steps, until)
  const last = steps.at(-1)
  const drawn = last ? [...steps, { at: max, minor: last.minor }] : steps
  const color = token('--series-1')
  return {
    labels: [],
    datasets: [
      {
        ...pointsOf(color, drawn.length),
        id: 'mrr',
        label: 'MRR',
        type: 'line',
        stepped: 'before',
        // The first and the last point are on the plot's edges.
        clip: false,
        borderWidth: 2,
        area: faint(color),
        data: drawn.map(({ at, minor }) => ({ x: at, y: majorNumber(minor, currency) })),
      },
    ],
    options: {
      scales: { x: timeAxis(min, max), y: valueAxis({ text: (position) => axisText(position, 'money', currency) }) },
    },
    tipAt: (index) => {
      const step = steps[index]
      if (!step) return null
      return {
        title: nameOf(step.at),
        rows: [{ color, name: 'MRR from here', text: formatMoney(step.minor, currency) }],
        hint: 'Click to see why',
      }
    },
    names: [],
    pointer: 'line',
    xOf: steps.map(({ at }) => at),
  }
}
