import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { follow } from './live'
import { progressQuery } from './queries'

let client: QueryClient
let stream: EventTarget
let stop: () => void

beforeEach(() => {
  vi.useFakeTimers()
  client = new QueryClient()
  client.setQueryData(['connections'], [{ id: 'conn_1', is_history_complete: false }])
  stream = new EventTarget()
  stop = follow(client, 'conn_1', stream)
})

afterEach(() => {
  stop()
  vi.useRealTimers()
})

function told(phase: string, version: number) {
  const data = JSON.stringify({ phase, ledger_version: version })
  stream.dispatchEvent(new MessageEvent('progress', { data }))
  vi.advanceTimersByTime(1_500)
  const isStale = client.getQueryState(['connections'])?.isInvalidated
  client.setQueryData(['connections'], [])
  return isStale
}

test('a load that ended before the stream opened is asked about', () => {
  expect(told('idle', 7)).toBe(true)
})

test('the pages ask again when the ledger or the phase moved, and only then', () => {
  told('loading', 1)
  expect(told('loading', 1)).toBe(false)
  expect(told('loading', 2)).toBe(true)
  expect(told('idle', 2)).toBe(true)
  expect(told('idle', 2)).toBe(false)
})

test('an answer to what was asked before does not undo what was told since', async () => {
  let answer: (progress: unknown) => void = () => undefined
  const asked = client.fetchQuery({
    queryKey: progressQuery('conn_1').queryKey,
    queryFn: () => new Promise<never>((resolve) => (answer = resolve as typeof answer)),
  })
  asked.catch(() => undefined)
  told('idle', 7)
  answer({ phase: 'loading', ledger_version: 3 })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(client.getQueryData(progressQuery('conn_1').queryKey)).toMatchObject({ phase: 'idle' })
})
