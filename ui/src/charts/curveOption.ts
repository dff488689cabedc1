import type { EChartsCoreOption } from 'echarts/core'

import type { Currency, Unit } from '~/api/types'
import { axisNumber, axisText, formatValue } from '~/format/value'

import { frame, tooltip } from './axis'
import { token } from './palette'
import type { ChartSeries } from './seriesOption'

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

function tooltipOf({ series, unit, currency, stepName }: CurveOptions, index: number): string {
  const rows = series.flatMap(({ name, colorToken, values }) => {
    const value = values[index]
    return value === null || value === undefined ? [] : [{ color: token(colorToken), name, text: formatValue(value, unit, currency) }]
  })
  return tooltip(stepName(index), rows, '')
}

/** Curves over the periods since a start, instead of over the calendar. */
export function curveOption(options: CurveOptions, width: number): EChartsCoreOption {
  const { series, unit, currency, mainId, axisName, isShare = false } = options
  const base = frame((position) => axisText(position, unit, currency))
  const length = lengthOf(series)
  const every = Math.max(1, Math.ceil((length * STEP_WIDTH) / Math.max(width, STEP_WIDTH)))
  return {
    ...base,
    grid: { ...base.grid, bottom: 24 },
    xAxis: {
      ...base.xAxis,
      type: 'category',
      data: Array.from({ length }, (_, index) => String(index)),
      name: axisName,
      nameLocation: 'middle',
      nameGap: 34,
      nameTextStyle: { color: token('--ink-soft'), fontSize: 12 },
      boundaryGap: length === 1,
      axisLabel: { ...base.xAxis.axisLabel, interval: (index: number) => index % every === 0 },
    },
    yAxis: { ...base.yAxis, min: 0, ...(isShare ? { max: 1, interval: 0.25 } : {}) },
    tooltip: { ...base.tooltip, formatter: (params: { dataIndex: number }[]) => tooltipOf(options, params[0]?.dataIndex ?? 0) },
    series: series.map(({ id, name, colorToken, values }) => ({
      id,
      name,
      type: 'line',
      symbol: 'circle',
      symbolSize: 5,
      showSymbol: length <= 40,
      z: id === mainId ? 3 : 2,
      itemStyle: { color: token(colorToken) },
      lineStyle: { color: token(colorToken), width: id === mainId ? 3.5 : 1.75 },
      emphasis: { focus: series.length > 1 ? 'series' : 'none' },
      data: values.map((value) => (value === null ? null : axisNumber(value, unit, currency))),
    })),
  }
}
