/** A country as it is drawn, in pixels of the map. */
export interface Outline {
  /** Two letters, as in addresses; `null` for an area whose country is disputed. */
  code: string | null
  /** An SVG path. */
  shape: string
  /** Where a country is that is too small to be seen. */
  dot: { x: number; y: number } | null
}

export interface World {
  box: { x: number; y: number; width: number; height: number }
  outlines: readonly Outline[]
}
