import { loadable } from './loadable'

/** What opens over the page, which is loaded as soon as something is to be opened; or before, where nobody waits for it. */
export const [usePanels, preloadPanels] = loadable(() => import('./panels'))
