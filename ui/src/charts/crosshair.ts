import type { Day } from '~/api/types'

/** The day that the pointer is over on one of the page's charts: the others mark it too. */
interface Crosshair {
  day: Day
  /** The chart that the pointer is on, which draws its own line. */
  source: object
}

const listeners = new Set<(crosshair: Crosshair | null) => void>()

export function pointAt(crosshair: Crosshair | null) {
  for (const listener of listeners) listener(crosshair)
}

export function followCrosshair(listener: (crosshair: Crosshair | null) => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
