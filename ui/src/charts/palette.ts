const SERIES = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6', '--series-7', '--series-8']

/** What a token of the style sheet is right now: a canvas does not know `var(…)`. */
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

/** The area below a line in a color of the style sheet. */
export const faint = (color: string): string => `color-mix(in srgb, ${color} 8%, transparent)`

/** Sides of the tile that is repeated, in pixels of the page, and how much finer it is drawn for screens with more. */
const TILE = 8
const FINER = 3

/** A color with lines across it. */
export function hatched(color: string, lines: string): CanvasPattern | string {
  const tile = document.createElement('canvas')
  tile.width = tile.height = TILE * FINER
  const context = tile.getContext('2d')
  if (!context) return color
  context.scale(FINER, FINER)
  context.fillStyle = color
  context.fillRect(0, 0, TILE, TILE)
  context.strokeStyle = lines
  context.lineWidth = 2
  // Three lines, so that the corners of one tile meet those of the next.
  for (const shift of [-TILE, 0, TILE]) {
    context.moveTo(shift - 1, TILE + 1)
    context.lineTo(shift + TILE + 1, -1)
  }
  context.stroke()
  const pattern = context.createPattern(tile, 'repeat')
  pattern?.setTransform(new DOMMatrix().scale(1 / FINER))
  return pattern ?? color
}
