import { useEffect, useState } from 'react'

import { reachability } from '~/api/reachability'

type Panels = typeof import('./panels')

let loaded: Panels | undefined

async function load(): Promise<Panels> {
  loaded ??= await import('./panels')
  return loaded
}

/** Fetches what opens over a page before it is needed. If that fails, opening it tries again. */
export function preloadPanels() {
  load().catch(() => {})
}

/** What opens over the page, which is loaded as soon as something is to be opened. */
export function usePanels(isWanted: boolean): Panels | undefined {
  const [panels, setPanels] = useState(loaded)
  useEffect(() => {
    if (!isWanted || panels) return
    let isOver = false
    load().then(
      (now) => {
        if (!isOver) setPanels(now)
      },
      () => reachability.failed(),
    )
    return () => {
      isOver = true
    }
  }, [isWanted, panels])
  return panels
}
