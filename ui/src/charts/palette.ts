const SERIES = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6', '--series-7', '--series-8']

/** What a token of the style sheet is right now: a chart cannot be drawn with `var(…)` where it is to be saved as a picture. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

export function seriesToken(index: number): string {
  return SERIES[index % SERIES.length] ?? '--series-1'
}

/** `var(--series-3)` for what is not a chart, such as the mark beside a name. */
export function seriesVar(index: number): string {
  return `var(${seriesToken(index)})`
}
