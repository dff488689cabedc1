import { loadable } from '~/components/loadable'

export const [useBelow, preloadBelow] = loadable(() => import('./below'))
