/**
 * The parts of Chart.js that are used, in a chunk of their own that loads when the first chart is near. It is used
 * for its scales, layout and animations, and because a first visit downloads no more than 51 KiB of it.
 */
import { BarController, BarElement, CategoryScale, Chart, LinearScale, LineController, LineElement, PointElement } from 'chart.js'

import type { Picture } from './export'
import type { Drawn, DrawnChart, Plot } from './plot'
import { areas, baseline, fading, shading, years } from './plugins'

Chart.register(BarController, BarElement, CategoryScale, LinearScale, LineController, LineElement, PointElement)
Chart.register(areas, baseline, fading, shading, years)

const DURATION_MS = 250
const AT_ONCE = { animations: { numbers: false, colors: false } } as const

function optionsOf(options: Plot['options'], isAnimated: boolean): Plot['options'] {
  return {
    ...options,
    maintainAspectRatio: false,
    layout: { padding: { right: 10 } },
    // The pointer is followed by ./listen, which knows whole columns and the other charts of the page.
    events: [],
    hover: { mode: 'index' },
    animation: isAnimated && { duration: DURATION_MS },
    // Another theme is there at once, and so are a point below the pointer and another size.
    animations: { colors: false },
    transitions: { active: AT_ONCE, attach: AT_ONCE, resize: AT_ONCE },
  }
}

const NO_AXES = { scales: { x: { display: false }, y: { display: false } } }

/** An empty chart. */
export function create(canvas: HTMLCanvasElement): DrawnChart {
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily
  return new Chart(canvas, { type: 'line', data: { datasets: [] }, options: optionsOf(NO_AXES, false) })
}

/** A series that was drawn before stays the same object: the library moves its marks instead of drawing new ones. */
function kept(before: readonly Drawn[], next: Drawn): Drawn {
  const same = before.find(({ id, type }) => id === next.id && type === next.type)
  if (!same) return next
  for (const key of Object.keys(same)) if (!(key in next)) delete same[key as keyof Drawn]
  return Object.assign(same, next)
}

/** Shows a plot in place of what was shown before. */
export function show(chart: DrawnChart, plot: Plot, isAnimated: boolean) {
  const before = chart.data.datasets as Drawn[]
  const active = chart.getActiveElements()
  chart.setActiveElements([])
  chart.data.labels = plot.labels
  chart.data.datasets = plot.datasets.map((next) => kept(before, next))
  chart.options = optionsOf(plot.options, isAnimated)
  chart.update()
  // What the pointer is at may be gone.
  chart.setActiveElements(active.filter(({ datasetIndex, index }) => (plot.datasets[datasetIndex]?.data.length ?? 0) > index))
}

/** The same once more beside the page, as sharp as asked for. */
export function pictureOf(plot: Plot, width: number, height: number, scale: number): Picture {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const options = { ...optionsOf(plot.options, false), responsive: false, devicePixelRatio: scale }
  const chart = new Chart(canvas, { type: 'line', data: { labels: plot.labels, datasets: plot.datasets }, options })
  const picture = { canvas: copyOf(canvas), width, height, names: plot.names }
  chart.destroy()
  return picture
}

/** A chart that is destroyed takes what it has drawn with it. */
function copyOf(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const copy = document.createElement('canvas')
  copy.width = canvas.width
  copy.height = canvas.height
  copy.getContext('2d')?.drawImage(canvas, 0, 0)
  return copy
}
