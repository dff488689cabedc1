import { beforeEach, expect, it, vi } from 'vitest'

import { endTour, expectTour, startTour, tourState } from './state'

beforeEach(() => {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  })
})

it('is due once, and each person has a tour of their own', () => {
  expect(tourState('ada')).toBeNull()
  expectTour('ada')
  expect(tourState('ada')).toBe('due')
  expect(tourState('grace')).toBeNull()
  endTour('ada')
  expectTour('ada')
  expect(tourState('ada')).toBe('ended')
})

it('can be started again by whoever has ended it', () => {
  endTour('ada')
  startTour('ada')
  expect(tourState('ada')).toBe('asked')
})
