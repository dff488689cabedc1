import type { EChartsCoreOption } from 'echarts/core'

import type { Currency } from '~/api/types'
import { dayOf, formatDay, formatMonth } from '~/format/date'
import { formatMoney, majorNumber } from '~/format/money'
import { axisText } from '~/format/value'

import { frame, tooltip } from './axis'
import { token } from './palette'

export interface Step {
  /** Milliseconds. */
  at: number
  minor: number
}

/** A longer time axis names months instead of days. */
const LONG_MS = 150 * 86_400_000

/** A customer's MRR: flat between its changes. */
export function stepOption(currency: Currency, steps: Step[], until: number, nameOf: (at: number) => string): EChartsCoreOption {
  const base = frame((position) => axisText(position, 'money', currency))
  const last = steps.at(-1)
  const isLong = until - (steps[0]?.at ?? until) > LONG_MS
  const drawn = last ? [...steps, { at: Math.max(until, last.at), minor: last.minor }] : steps
  return {
    ...base,
    useUTC: true,
    xAxis: {
      ...base.xAxis,
      type: 'time',
      splitNumber: 4,
      splitLine: { show: false },
      axisLabel: {
        ...base.xAxis.axisLabel,
        hideOverlap: true,
        // As on every other axis, in the reader's language and with the year.
        formatter: (at: number) => (isLong ? formatMonth(dayOf(new Date(at))) : formatDay(dayOf(new Date(at)))),
      },
    },
    yAxis: { ...base.yAxis, min: 0 },
    tooltip: {
      ...base.tooltip,
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
