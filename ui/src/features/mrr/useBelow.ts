import { loadable } from '~/components/loadable'

export const [useBelow] = loadable(() => {
  // Its charts need the library: it comes at the same time, and if it doesn't, they say so.
  import('~/charts/engine').catch(() => {})
  return import('./below')
})
