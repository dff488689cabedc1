import type { Chart, ChartDataset, ChartOptions, Point } from 'chart.js'

type Kind = 'line' | 'bar'

/** One series as it is drawn. The id keeps it the same when others come and go. */
export type Drawn = ChartDataset<Kind, (number | Point | null)[]> & {
  id: string
  /** The color of the area between a line and zero. */
  area?: string
}

/** A chart of the library, with series of ours. */
export type DrawnChart = Chart<Kind, (number | Point | null)[], string>

export interface TipRow {
  color: string
  name: string
  text: string
}

/** What is said of the place that the pointer is at. */
export interface Tip {
  title: string
  rows: readonly TipRow[]
  /** What a click does. */
  hint: string
}

export interface NamedColor {
  name: string
  color: string
}

/** What a chart draws and says, in the colors of the current theme. */
export interface Plot {
  labels: string[]
  datasets: Drawn[]
  options: ChartOptions<Kind>
  tipAt: (index: number) => Tip | null
  /** The names that a saved picture needs beside its title. */
  names: readonly NamedColor[]
  /** What marks the index that the pointer is at: a line through its points, or a band behind its column. */
  pointer: 'line' | 'band'
  /** Where the indexes are on an axis of time. On other axes, an index is its own place. */
  xOf?: readonly number[]
}
