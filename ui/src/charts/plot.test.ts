import { beforeAll, describe, expect, it, vi } from 'vitest'

import { curvePlot } from './curvePlot'
import type { Drawn } from './plot'
import { seriesPlot } from './seriesPlot'
import type { SeriesOptions } from './seriesPlot'
import { stepPlot } from './stepPlot'

/** Colors are named as their tokens; there is nothing to draw on. */
beforeAll(() => {
  vi.stubGlobal('document', { documentElement: {}, createElement: () => ({ getContext: () => null }) })
  vi.stubGlobal('getComputedStyle', () => ({ getPropertyValue: (name: string) => name }))
})

const month = (number: number, is_partial = false) => ({ start_on: `2026-0${number}-01`, end_on: `2026-0${number}-28`, is_partial })

const series = (id: string, ...values: (number | null)[]) => ({ id, name: id.toUpperCase(), colorToken: `--${id}`, values })

const given: SeriesOptions = {
  style: 'line',
  unit: 'money',
  currency: 'usd',
  interval: 'month',
  buckets: [month(1), month(2), month(3, true)],
  series: [series('new', 1000, null, 3000)],
  today: '2026-03-15',
  hint: 'Click',
  reachesBackOn: null,
}

/** The dashes of the segment that ends at a point. */
function dashAt(dataset: Drawn | undefined, p1DataIndex: number): unknown {
  const segment = dataset && 'segment' in dataset ? dataset.segment : undefined
  const dash = segment && typeof segment === 'object' ? segment.borderDash : undefined
  return typeof dash === 'function' ? (dash as (context: object) => unknown)({ p1DataIndex }) : dash
}

describe('a line over periods', () => {
  it('stands in the main unit, and leaves a gap where a value is not known', () => {
    expect(seriesPlot(given).datasets[0]?.data).toEqual([10, null, 30])
  })

  it('is dashed only where its last period still runs', () => {
    const [running] = seriesPlot(given).datasets
    expect([1, 2].map((index) => dashAt(running, index))).toEqual([undefined, [4, 4]])
    const [over] = seriesPlot({ ...given, today: '2026-04-02' }).datasets
    expect(dashAt(over, 2)).toBeUndefined()
  })

  it('is dashed up to today also where the axis goes on, and not where it is of what is over', () => {
    const buckets = [month(1), month(2, true), month(3)]
    const now = series('now', 1000, 2000, null)
    const before = { ...series('before', 1000, 2000, 3000), isOver: true }
    const { datasets } = seriesPlot({ ...given, style: 'lines', buckets, series: [now, before], today: '2026-02-15' })
    expect([1, 2].map((index) => dashAt(datasets[0], index))).toEqual([[4, 4], undefined])
    expect([1, 2].map((index) => dashAt(datasets[1], index))).toEqual([undefined, undefined])
  })

  it('has an area below it only where it is alone', () => {
    expect(seriesPlot(given).datasets[0]?.area).toContain('--new')
    expect(seriesPlot({ ...given, style: 'lines' }).datasets[0]?.area).toBeUndefined()
  })

  it('is shaded up to where history is loaded', () => {
    expect(seriesPlot(given).options.plugins?.shading).not.toHaveProperty('last')
    expect(seriesPlot({ ...given, exactFromOn: '2026-02-10' }).options.plugins?.shading).toMatchObject({ last: 1, text: 'Coarse figures' })
    expect(seriesPlot({ ...given, exactFromOn: '2020-01-01' }).options.plugins?.shading).not.toHaveProperty('last')
    expect(seriesPlot({ ...given, reachesBackOn: '2026-02-10' }).options.plugins?.shading).toMatchObject({ last: 1, text: 'Still loading' })
  })
})

describe('what a chart says of a period', () => {
  const both = { ...given, series: [series('new', 1000, null, 3000), series('churn', -400, null, -100)], totalName: 'Net' }

  it('is every series with its sign, their sum, and what a click does', () => {
    expect(seriesPlot(both).tipAt(2)).toEqual({
      title: 'Mar 2026, so far',
      rows: [
        { color: '--new', name: 'NEW', text: '+$30.00' },
        { color: '--churn', name: 'CHURN', text: '-$1.00' },
        { color: 'transparent', name: 'Net', text: '+$29.00' },
      ],
      hint: 'Click',
    })
  })

  it('is that nothing is known, where nothing is', () => {
    expect(seriesPlot(both).tipAt(1)).toMatchObject({ rows: [], hint: 'Not known' })
    expect(seriesPlot(both).tipAt(3)).toBeNull()
  })
})

describe('columns', () => {
  it('of shares fill the whole', () => {
    const { datasets } = seriesPlot({ ...given, style: 'share', series: [series('a', 30, 1, 1), series('b', 10, 1, 0)] })
    expect(datasets.map(({ data }) => data)).toEqual([
      [0.75, 0.5, 1],
      [0.25, 0.5, 0],
    ])
  })
})

describe('curves', () => {
  it('have the one that all are measured against in front, and thicker', () => {
    const { datasets, labels } = curvePlot({
      unit: 'ratio',
      currency: 'usd',
      series: [series('q1', 1, 0.9), series('all', 1, 0.8, 0.7)],
      mainId: 'all',
      stepName: String,
      axisName: 'Months',
    })
    expect(labels).toHaveLength(3)
    const [one, all] = datasets
    expect(Number(all?.order)).toBeLessThan(Number(one?.order))
    expect(Number(all?.borderWidth)).toBeGreaterThan(Number(one?.borderWidth))
  })
})

describe('a line of steps', () => {
  const day = 86_400_000
  const steps = [
    { at: 10 * day, minor: 5000 },
    { at: 20 * day, minor: 0 },
  ]

  it('goes on from the last step until now', () => {
    const plot = stepPlot('usd', steps, 30 * day, String)
    expect(plot.datasets[0]?.data).toEqual([
      { x: 10 * day, y: 50 },
      { x: 20 * day, y: 0 },
      { x: 30 * day, y: 0 },
    ])
    expect(plot.xOf).toEqual([10 * day, 20 * day])
  })

  it('has room where it has only just begun', () => {
    const { options } = stepPlot('usd', steps.slice(0, 1), 10 * day, String)
    expect(options.scales?.x).toMatchObject({ min: 10 * day, max: 11 * day })
  })
})
