import { useQuery } from '@tanstack/react-query'

import { sessionQuery } from '~/api/queries'
import { loadable } from '~/components/loadable'

import { endTour, useTourState } from './state'

const [useTourCode] = loadable(() => import('./Tour'))

/**
 * The tour of a page whose figures are there: nothing, unless it is due or somebody asked for it. Whoever looks at a sample looks
 * around: they have not seen it either, unless they have ended it.
 */
export function useTour({ isReady, isSample }: { isReady: boolean; isSample: boolean }) {
  const { data: session } = useQuery(sessionQuery)
  const userId = session?.user.id
  const state = useTourState(userId)
  const isShown = isReady && (state === 'due' || state === 'asked' || (state === null && isSample))
  const code = useTourCode(isShown)
  if (!isShown || code === undefined || userId === undefined) return null
  return { Tour: code.Tour, isAsked: state === 'asked', onEnd: () => endTour(userId) }
}
