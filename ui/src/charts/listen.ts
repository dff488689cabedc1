import type { Bucket } from './buckets'
import { followCrosshair, pointAt } from './crosshair'
import type { Drawn, DrawnChart, Plot } from './plot'
import { focus } from './plugins'

export interface Mark {
  /** Empty for a click beside the marks, in the column of a bucket. */
  seriesId: string
  index: number
}

export interface Handlers {
  onMark?: ((mark: Mark) => void) | undefined
  /** What the horizontal axis is of, for the crosshair that all charts of a page share. */
  buckets?: readonly Bucket[] | undefined
}

/** Where the pointer is, in pixels of the chart, and what that is the place of. */
export interface Pointed {
  index: number
  x: number
  y: number
}

/** What a chart shows right now, and who is told of the pointer. */
export interface Stage extends Handlers {
  plot: Plot | null
  onPoint: (pointed: Pointed | null) => void
}

/** The first and the last point are half outside of the plot. */
const EDGE = 6

function indexAt({ chartArea, scales }: DrawnChart, { offsetX, offsetY }: MouseEvent, { xOf }: Plot): number | undefined {
  const { left, right, top, bottom } = chartArea
  if (!scales.x || offsetX < left - EDGE || offsetX > right + EDGE || offsetY < top - EDGE || offsetY > bottom) return undefined
  const { min, max } = scales.x
  const place = Math.min(max, Math.max(min, scales.x.getValueForPixel(offsetX) ?? min))
  const index = xOf ? xOf.findLastIndex((at) => at <= place) : place
  return index < 0 ? undefined : index
}

/** The mark below the pointer. */
function markAt(chart: DrawnChart, event: MouseEvent): { datasetIndex: number; index: number } | undefined {
  return chart.getElementsAtEventForMode(event, 'nearest', { intersect: true }, true)[0]
}

/** Puts the marker of an index where it is, as wide as its column or as a line. */
function place(marker: HTMLElement, { chartArea, scales }: DrawnChart, index: number, { pointer, xOf }: Plot) {
  if (!scales.x) return
  const { min, max } = scales.x
  const width = pointer === 'band' ? chartArea.width / (max - min + 1) : 1
  const left = scales.x.getPixelForValue(xOf ? (xOf[index] ?? min) : index) - width / 2
  marker.dataset.kind = pointer
  Object.assign(marker.style, { left: `${left}px`, width: `${width}px`, top: `${chartArea.top}px`, height: `${chartArea.height}px` })
  marker.hidden = false
}

/** Raises the points of an index, and the series below the pointer above all others. */
function highlight(chart: DrawnChart, index: number | undefined, datasetIndex: number | undefined) {
  const { datasets } = chart.data
  const active = datasets.flatMap(({ data }, at) => (index !== undefined && index < data.length ? [{ datasetIndex: at, index }] : []))
  const isOther = focus(chart, datasets.length > 1 ? datasetIndex : undefined)
  if (!isOther && chart.getActiveElements()[0]?.index === active[0]?.index) return
  chart.setActiveElements(active)
  chart.draw()
}

/** Connects a chart with the page; gives what ends that. */
export function listen(chart: DrawnChart, marker: HTMLElement, stage: { current: Stage }): () => void {
  const { canvas } = chart
  const ended = new AbortController()
  const { signal } = ended
  const leave = () => {
    marker.hidden = true
    highlight(chart, undefined, undefined)
    stage.current.onPoint(null)
    pointAt(null)
  }
  const move = (event: PointerEvent) => {
    const { plot, onMark, buckets, onPoint } = stage.current
    const index = plot ? indexAt(chart, event, plot) : undefined
    if (!plot || index === undefined) return leave()
    canvas.style.cursor = onMark ? 'pointer' : ''
    highlight(chart, index, markAt(chart, event)?.datasetIndex)
    place(marker, chart, index, plot)
    onPoint({ index, x: event.offsetX, y: event.offsetY })
    const bucket = buckets?.[index]
    pointAt(bucket ? { day: bucket.end_on, source: chart } : null)
  }
  /** A click on a mark means that mark; a click beside it means its whole column, so thin lines are easy to hit. */
  const click = (event: MouseEvent) => {
    const { plot, onMark } = stage.current
    if (!plot || !onMark) return
    const mark = plot.xOf ? undefined : markAt(chart, event)
    const index = mark?.index ?? indexAt(chart, event, plot)
    if (index === undefined) return
    // What opens lies over the page: the tooltip would lie over that.
    leave()
    const series = mark && (chart.data.datasets[mark.datasetIndex] as Drawn | undefined)
    onMark({ seriesId: series?.id ?? '', index })
  }
  canvas.addEventListener('pointerdown', move, { signal })
  canvas.addEventListener('pointermove', move, { signal })
  // A finger that is lifted leaves the chart, but what it pointed at is still being read.
  canvas.addEventListener('pointerleave', ({ pointerType }) => pointerType !== 'touch' && leave(), { signal })
  canvas.addEventListener('pointercancel', leave, { signal })
  document.addEventListener('pointerdown', ({ target }) => target !== canvas && !marker.hidden && leave(), { signal })
  canvas.addEventListener('click', click, { signal })
  const unfollow = followCrosshair((crosshair) => {
    if (crosshair?.source === chart) return
    const { buckets = [], plot } = stage.current
    const index = crosshair ? buckets.findIndex(({ start_on, end_on }) => start_on <= crosshair.day && crosshair.day <= end_on) : -1
    marker.hidden = index < 0
    if (index >= 0 && plot) place(marker, chart, index, { ...plot, pointer: 'line' })
  })
  return () => {
    ended.abort()
    unfollow()
  }
}
