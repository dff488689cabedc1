/**
 * The shades of a map. A few countries are usually worth a thousand times as much as the rest, so the steps between shades multiply
 * instead of adding up, and they lie at round figures that can be read off the legend.
 */

/** What the map has: as many shades, and the tokens of their colors. */
const SHADES = ['--map-1', '--map-2', '--map-3', '--map-4', '--map-5'] as const

/** Fewer shades are taken from the whole width, so that they can be told apart. */
const OF_WIDTH: readonly (readonly number[])[] = [[], [3], [1, 4], [0, 2, 4], [0, 1, 3, 4], [0, 1, 2, 3, 4]]

/** `from` belongs to the shade, `to` is where the next one begins. */
export interface Shade {
  token: string
  from: number
  to: number | null
}

/** The nearest of 1, 2 and 5 times a power of ten. */
export function roundFigure(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const choices = [1, 2, 5, 10].map((digit) => digit * power)
  return choices.reduce((best, choice) => (Math.abs(Math.log(choice / value)) < Math.abs(Math.log(best / value)) ? choice : best))
}

/** From the lightest to the darkest. Every one of them has a value. */
export function shadesOf(values: readonly number[]): Shade[] {
  const positive = values.filter((value) => value > 0)
  if (positive.length === 0) return []
  const [low, high] = [Math.min(...positive), Math.max(...positive)]
  const rounded = SHADES.slice(1).map((_, at) => roundFigure(low * (high / low) ** ((at + 1) / SHADES.length)))
  const bounds = [...new Set(rounded)].filter((bound) => bound > low && bound <= high)
  const all = [low, ...bounds].map((from, at) => ({ from, to: bounds[at] ?? null }))
  // A shade that no country has would only make the others harder to tell apart.
  const filled = all.filter(({ from, to }) => positive.some((value) => value >= from && (to === null || value < to)))
  const tokens = OF_WIDTH[filled.length] ?? []
  // Each reaches to the next one, so that the legend has no gap where a shade was left out.
  return filled.map((shade, at) => ({ ...shade, to: filled[at + 1]?.from ?? null, token: SHADES[tokens[at] ?? at] ?? SHADES[0] }))
}

/** The shade of a value; `undefined` for nothing. */
export const shadeOf = (value: number, shades: readonly Shade[]): Shade | undefined =>
  value > 0 ? shades.findLast(({ from }) => value >= from) : undefined
