/**
 * Whether the tour of the MRR Breakdown is shown to somebody. Nobody who knows their way is interrupted: it is due once the first
 * account has been connected, and to somebody who has just created an account, until it is ended or skipped. The browser remembers
 * that for each person.
 */
import { useCallback, useSyncExternalStore } from 'react'

/** `due` appears by itself, `asked` was started from the help. */
export type TourState = 'due' | 'asked' | 'ended' | null

const keyOf = (userId: string) => `chartsy.tour.${userId}`

const listeners = new Set<() => void>()

export function tourState(userId: string): TourState {
  const stored = localStorage.getItem(keyOf(userId))
  return stored === 'due' || stored === 'asked' || stored === 'ended' ? stored : null
}

function remember(userId: string, state: Exclude<TourState, null>) {
  localStorage.setItem(keyOf(userId), state)
  for (const listener of listeners) listener()
}

/** Somebody is new here. Whoever has seen the tour before is not. */
export function expectTour(userId: string) {
  if (tourState(userId) === null) remember(userId, 'due')
}

export const startTour = (userId: string) => remember(userId, 'asked')

export const endTour = (userId: string) => remember(userId, 'ended')

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useTourState(userId: string | undefined): TourState {
  return useSyncExternalStore(
    subscribe,
    useCallback(() => (userId === undefined ? null : tourState(userId)), [userId]),
  )
}
