import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { follow } from './live'
import { connectionsQuery, ledgerKey, progressQuery, reviewKey, webhookQuery } from './queries'

let client: QueryClient
let stream: EventTarget
let asked: string[]
let stops: (() => void)[]

/** What an open page asks, and how often. */
async function openPage(known?: { phase: string; ledger_version: number; data_through?: number | null }) {
  if (known) client.setQueryData(progressQuery('conn_1').queryKey, progress(known.phase, known.ledger_version, known) as never)
  const questions: [string, readonly unknown[]][] = [
    ['figures', [...ledgerKey('conn_1'), 'mrr']],
    ['figures', [...ledgerKey('conn_1'), 'summary']],
    ['reviews', [...reviewKey('conn_1'), 'reconcile']],
    ['connections', connectionsQuery.queryKey],
    ['webhook', webhookQuery('conn_1').queryKey],
  ]
  for (const [name, queryKey] of questions) {
    const queryFn = async () => {
      asked.push(name)
      await new Promise((resolve) => setTimeout(resolve, 40))
      return name === 'connections' ? [] : asked.length
    }
    stops.push(new QueryObserver(client, { queryKey, queryFn, staleTime: Infinity }).subscribe(() => undefined))
  }
  stops.push(follow(client, 'conn_1', stream))
  await vi.advanceTimersByTimeAsync(100)
  asked = []
}

const progress = (phase: string, ledger_version: number, more = {}) => ({ phase, ledger_version, message: null, data_through: 1, ...more })

async function told(phase: string, version: number, more = {}) {
  asked = []
  stream.dispatchEvent(new MessageEvent('progress', { data: JSON.stringify(progress(phase, version, more)) }))
  await vi.advanceTimersByTimeAsync(1_500)
  return asked.toSorted()
}

beforeEach(() => {
  vi.useFakeTimers()
  client = new QueryClient()
  stream = new EventTarget()
  asked = []
  stops = []
})

afterEach(() => {
  for (const stop of stops) stop()
  client.clear()
  vi.useRealTimers()
})

describe('an open page', () => {
  test('asks nothing again when the stream says what it knows', async () => {
    await openPage({ phase: 'idle', ledger_version: 7 })
    expect(await told('idle', 7)).toEqual([])
  })

  test('asks for figures and the list when an import ended before the stream opened', async () => {
    await openPage({ phase: 'loading', ledger_version: 3 })
    expect(await told('idle', 7)).toEqual(['connections', 'figures', 'figures', 'reviews', 'webhook'])
  })

  test('asks for the list when an import began and ended before the stream opened', async () => {
    await openPage({ phase: 'idle', ledger_version: 0, data_through: null })
    expect(await told('idle', 7)).toContain('connections')
  })

  test('asks for the list when an import ended between the answers with the list and the progress', async () => {
    await openPage({ phase: 'idle', ledger_version: 7 })
    client.setQueryData(connectionsQuery.queryKey, [{ id: 'conn_1', is_history_complete: false }] as never)
    expect(await told('idle', 7)).toEqual(['connections'])
    client.setQueryData(connectionsQuery.queryKey, [{ id: 'conn_1', is_history_complete: true }] as never)
    expect(await told('idle', 7)).toEqual([])
  })

  test('asks nothing for a look at the provider that found nothing', async () => {
    await openPage({ phase: 'idle', ledger_version: 7 })
    expect(await told('updating', 7)).toEqual([])
    expect(await told('idle', 7)).toEqual([])
  })

  test('asks for how the data comes in when it is fresher, and for nothing else', async () => {
    await openPage({ phase: 'idle', ledger_version: 7 })
    expect(await told('idle', 7, { data_through: 2 })).toEqual(['webhook'])
  })

  test('asks for the figures, but no review of the past, when the ledger moved', async () => {
    await openPage({ phase: 'loading', ledger_version: 1 })
    expect(await told('loading', 1)).toEqual([])
    expect(await told('loading', 2)).toEqual(['figures', 'figures', 'webhook'])
  })

  test('asks for the connection when it fails, waits or recovers', async () => {
    await openPage({ phase: 'idle', ledger_version: 7 })
    expect(await told('failed', 7)).toEqual(['connections'])
    expect(await told('idle', 7, { message: 'trying again in 5 s' })).toEqual(['connections'])
    expect(await told('idle', 7)).toEqual(['connections'])
  })

  test('asks for the connection that failed, also when an answer said so before the stream', async () => {
    await openPage({ phase: 'idle', ledger_version: 7 })
    client.setQueryData(progressQuery('conn_1').queryKey, progress('failed', 7, { message: 'the key was refused' }) as never)
    expect(await told('failed', 7, { message: 'the key was refused' })).toEqual(['connections'])
  })

  test('asks for all of it once where nothing was known', async () => {
    await openPage()
    expect(await told('idle', 7)).toEqual(['connections', 'figures', 'figures', 'webhook'])
    expect(await told('idle', 7)).toEqual([])
  })

  test('asks nothing when a restarted server has not read its ledger yet', async () => {
    await openPage({ phase: 'idle', ledger_version: 7 })
    expect(await told('updating', 0)).toEqual([])
    expect(await told('idle', 7)).toEqual([])
    expect(await told('idle', 8)).toContain('figures')
  })

  test('asks for each figure at most twice in a second and a half of events', async () => {
    await openPage({ phase: 'idle', ledger_version: 7 })
    for (let version = 8; version < 23; version += 1) {
      stream.dispatchEvent(new MessageEvent('progress', { data: JSON.stringify(progress('idle', version)) }))
      // oxlint-disable-next-line no-await-in-loop -- time goes by between the events
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(asked.filter((name) => name === 'figures').length).toBeLessThanOrEqual(4)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(asked.filter((name) => name === 'figures').length).toBeLessThanOrEqual(6)
  })
})

test('an answer to what was asked before does not undo what was told since', async () => {
  await openPage({ phase: 'loading', ledger_version: 3 })
  let answer: (progress: unknown) => void = () => undefined
  const { queryKey } = progressQuery('conn_1')
  const pending = client.fetchQuery({
    queryKey,
    staleTime: 0,
    queryFn: () => new Promise<never>((resolve) => (answer = resolve as typeof answer)),
  })
  pending.catch(() => undefined)
  await told('idle', 7)
  answer(progress('loading', 3))
  await vi.advanceTimersByTimeAsync(1_000)
  expect(client.getQueryData(queryKey)).toMatchObject({ phase: 'idle' })
})
