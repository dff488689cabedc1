import type { Scale } from 'chart.js'

import type { Currency, Unit } from '~/api/types'
import { axisNumber, axisText, formatValue } from '~/format/value'

import { baseAxis, valueAxis } from './axis'
import { token } from './palette'
import type { Drawn, Plot, Tip } from './plot'
import { pointsOf } from './points'
import type { ChartSeries } from './seriesPlot'

export interface CurveOptions {
  unit: Unit
  currency: Currency
  series: readonly ChartSeries[]
  /** The series that the others are measured against: drawn thicker. */
  mainId?: string
  /** `Month 3`. */
  stepName: (index: number) => string
  /** Below the axis: what its steps count. */
  axisName: string
  /** Whether the values are parts of a whole: up to 100 %. */
  isShare?: boolean
}

const STEP_WIDTH = 36

const lengthOf = (series: readonly ChartSeries[]) => Math.max(0, ...series.map(({ values }) => values.length))

function tipOf({ series, unit, currency, stepName }: CurveOptions, index: number): Tip {
  const rows = series.flatMap(({ name, colorToken, values }) => {
    const value = values[index]
    return value === null || value === undefined ? [] : [{ color: token(colorToken), name, text: formatValue(value, unit, currency) }]
  })
  return { title: stepName(index), rows, hint: '' }
}

function curveOf({ id, name, colorToken, values }: ChartSeries, { unit, currency, mainId }: CurveOptions, length: number): Drawn {
  const isMain = id === mainId
  return {
    ...pointsOf(token(colorToken), length),
    id,
    label: name,
    type: 'line',
    // The lowest order is in front.
    order: isMain ? 0 : 1,
    borderWidth: isMain ? 3.5 : 1.75,
    data: values.map((value) => (value === null ? null : axisNumber(value, unit, currency))),
  }
}

/** Curves over the periods since a start, instead of over the calendar. */
export function curvePlot(options: CurveOptions): Plot {
  const { series, unit, currency, axisName, isShare = false } = options
  const length = lengthOf(series)
  const base = baseAxis()
  return {
    labels: Array.from({ length }, (_, index) => String(index)),
    datasets: series.map((one) => curveOf(one, options, length)),
    options: {
      scales: {
        x: {
          ...base,
          type: 'category',
          offset: length === 1,
          title: { display: true, text: axisName, color: token('--ink-soft'), font: { size: 12 } },
          afterBuildTicks: (axis: Scale) => {
            const every = Math.max(1, Math.ceil((length * STEP_WIDTH) / Math.max(axis.chart.width, STEP_WIDTH)))
            axis.ticks = axis.ticks.filter(({ value }) => value % every === 0)
          },
        },
        y: valueAxis({ text: (position) => axisText(position, unit, currency), isWhole: isShare }),
      },
    },
    tipAt: (index) => tipOf(options, index),
    names: series.map(({ name, colorToken }) => ({ name, color: token(colorToken) })),
    pointer: 'line',
  }
}
