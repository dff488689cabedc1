import { useQuery } from '@tanstack/react-query'

import { sessionQuery } from '~/api/queries'
import { loadable } from '~/components/loadable'

import { endTour, useTourState } from './state'

const [useTourCode] = loadable(() => import('./Tour'))

interface Page {
  hasFigures: boolean
  /** Whether there will be none for now. */
  isEmpty: boolean
  isSample: boolean
}

/**
 * The tour of a page: nothing, unless it is due and the figures are there, or somebody asked for it. Whoever looks at a sample looks
 * around: it is due to them as well, unless they have ended it.
 */
export function useTour({ hasFigures, isEmpty, isSample }: Page) {
  const { data: session } = useQuery(sessionQuery)
  const userId = session?.user.id
  const state = useTourState(userId)
  const isAsked = state === 'asked'
  const isDue = state === 'due' || (state === null && isSample)
  const isShown = isAsked ? hasFigures || isEmpty : isDue && hasFigures
  const code = useTourCode(isShown)
  if (!isShown || code === undefined || userId === undefined) return null
  return { Tour: code.Tour, isAsked, onEnd: () => endTour(userId) }
}
