import type { EChartsType } from 'echarts/core'

import type { Bucket } from './buckets'
import { followCrosshair, pointAt } from './crosshair'
import { RUNNING } from './seriesOption'

export interface Mark {
  /** Empty for a click beside the marks, in the column of a bucket. */
  seriesId: string
  index: number
}

export interface Handlers {
  onMark?: ((mark: Mark) => void) | undefined
  /** The point that a place on the horizontal axis belongs to; the nearest bucket when left out. */
  indexAt?: ((x: number) => number) | undefined
  /** What the horizontal axis is of, for the crosshair that all charts of a page share. */
  buckets?: readonly Bucket[] | undefined
}

interface Place {
  offsetX: number
  offsetY: number
}

function indexOf(chart: EChartsType, { offsetX, offsetY }: Place, indexAt: (x: number) => number = Math.round) {
  if (!chart.containPixel('grid', [offsetX, offsetY])) return undefined
  const [x] = chart.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY])
  return x === undefined ? undefined : indexAt(x)
}

/** A click on a mark means that mark; a click beside it means its whole column, so thin lines are easy to hit. */
function listenToClicks(chart: EChartsType, handlers: { current: Handlers }) {
  const open = (mark: Mark) => {
    // What opens lies over the page: the tooltip would lie over that.
    chart.dispatchAction({ type: 'hideTip' })
    pointAt(null)
    handlers.current.onMark?.(mark)
  }
  chart.on('click', (event) => {
    if (event.componentType !== 'series' || event.seriesId === undefined) return
    open({ seriesId: event.seriesId.replace(RUNNING, ''), index: event.dataIndex })
  })
  chart.getZr().on('click', (event) => {
    if (event.target) return
    const index = indexOf(chart, event, handlers.current.indexAt)
    if (index !== undefined) open({ seriesId: '', index })
  })
}

function shareCrosshair(chart: EChartsType, line: HTMLElement, handlers: { current: Handlers }): () => void {
  const zr = chart.getZr()
  zr.on('mousemove', (event) => {
    const index = indexOf(chart, event, handlers.current.indexAt)
    if (index !== undefined && handlers.current.onMark) zr.setCursorStyle('pointer')
    const bucket = index === undefined ? undefined : handlers.current.buckets?.[index]
    pointAt(bucket ? { day: bucket.end_on, source: chart } : null)
  })
  zr.on('globalout', () => pointAt(null))
  return followCrosshair((crosshair) => {
    const { buckets = [] } = handlers.current
    const index =
      crosshair === null || crosshair.source === chart
        ? -1
        : buckets.findIndex(({ start_on, end_on }) => start_on <= crosshair.day && crosshair.day <= end_on)
    line.hidden = index < 0
    if (index >= 0) line.style.translate = `${chart.convertToPixel({ xAxisIndex: 0 }, index)}px`
  })
}

/** Connects a chart with the page; gives what ends that. */
export function listen(chart: EChartsType, line: HTMLElement, handlers: { current: Handlers }): () => void {
  listenToClicks(chart, handlers)
  return shareCrosshair(chart, line, handlers)
}
