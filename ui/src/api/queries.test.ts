import { QueryClient, QueryObserver, environmentManager, focusManager } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { previewQuery, reconcileQuery, reviewKey } from './queries'
import type { Settings } from './types'

const settings = (churn_at: Settings['churn_at']) => ({ churn_at, include_metered: false, time_zone: 'UTC' }) as Settings

let client: QueryClient
let stops: (() => void)[]
let requests: { path: string; signal: AbortSignal }[]

beforeEach(() => {
  // Nothing is requested at intervals outside a browser.
  environmentManager.setIsServer(() => false)
  focusManager.setFocused(true)
  vi.useFakeTimers()
  client = new QueryClient()
  client.mount()
  stops = []
  requests = []
  vi.stubGlobal('fetch', async (path: string, { signal }: { signal: AbortSignal }) => {
    requests.push({ path, signal })
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    return new Response('{"months":[]}', { headers: { 'content-type': 'application/json' } })
  })
})

afterEach(() => {
  for (const stop of stops) stop()
  client.unmount()
  client.clear()
  focusManager.setFocused(undefined)
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('a review of the past', () => {
  const moved = () => client.invalidateQueries({ queryKey: reviewKey('conn_1'), refetchType: 'none' })

  test('is requested again within a minute of a move, however many there are, and not while nothing moves', async () => {
    stops.push(new QueryObserver(client, reconcileQuery('conn_1', {})).subscribe(() => undefined))
    await vi.advanceTimersByTimeAsync(600_000)
    expect(requests.length).toBe(1)
    for (let second = 0; second < 55; second += 1) {
      void moved()
      // oxlint-disable-next-line no-await-in-loop -- time goes by between the moves
      await vi.advanceTimersByTimeAsync(1_000)
    }
    expect(requests.length).toBe(1)
    await vi.advanceTimersByTimeAsync(600_000)
    expect(requests.length).toBe(2)
  })

  test('is not requested while nobody looks, but when somebody returns', async () => {
    stops.push(new QueryObserver(client, reconcileQuery('conn_1', {})).subscribe(() => undefined))
    await vi.advanceTimersByTimeAsync(5_000)
    focusManager.setFocused(false)
    void moved()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(requests.length).toBe(1)
    focusManager.setFocused(true)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(requests.length).toBe(2)
  })

  test('is aborted when nobody waits for it any more', async () => {
    const stop = new QueryObserver(client, reconcileQuery('conn_1', {})).subscribe(() => undefined)
    await vi.advanceTimersByTimeAsync(100)
    expect(requests[0]?.signal.aborted).toBe(false)
    stop()
    expect(requests[0]?.signal.aborted).toBe(true)
  })

  test('of other settings ends the one that was on its way', async () => {
    const saved = settings('ended')
    const observer = new QueryObserver(client, previewQuery('conn_1', saved, settings('requested')))
    stops.push(observer.subscribe(() => undefined))
    await vi.advanceTimersByTimeAsync(100)
    observer.setOptions(previewQuery('conn_1', saved, settings('paid_through')))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(requests.map(({ signal }) => signal.aborted)).toEqual([true, false])
  })
})
