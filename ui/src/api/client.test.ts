import { afterEach, describe, expect, test, vi } from 'vitest'

import { ApiError, api, failureText } from './client'
import { chooseWorkspace, currentWorkspace } from './workspace'

const answers = (body: string | null, status: number) => vi.stubGlobal('fetch', async () => new Response(body, { status }))

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('an answer', () => {
  test.each([201, 202, 204])('of %i may say all by its status', async (status) => {
    answers(null, status)
    await expect(api.post('/rates', {})).resolves.toBeUndefined()
  })

  test('of 201 may have a body', async () => {
    answers('{"id":"conn_1"}', 201)
    await expect(api.post('/connections', {})).resolves.toEqual({ id: 'conn_1' })
  })

  test('that was asked for is not empty', async () => {
    answers('', 200)
    await expect(api.get('/connections')).rejects.toThrow()
  })
})

describe('a request', () => {
  test('names the workspace of the page, and another where that is asked for', async () => {
    const named: (string | undefined)[] = []
    vi.stubGlobal('fetch', async (_: string, { headers }: { headers: Record<string, string> }) => {
      named.push(headers['chartsy-workspace'])
      return new Response('{}', { status: 200 })
    })
    await api.get('/session')
    chooseWorkspace('ws_a')
    await api.get('/members')
    await api.getIn('ws_b', '/connections')
    expect(named).toEqual([undefined, 'ws_a', 'ws_b'])
  })

  test('that finds no such workspace forgets it, and nothing else does', async () => {
    const refused = (title: string) =>
      vi.stubGlobal('fetch', async () => {
        const headers = { 'content-type': 'application/problem+json' }
        return new Response(JSON.stringify({ title, code: 'not_found' }), { status: 404, headers })
      })
    chooseWorkspace('ws_a')
    refused('connection not found')
    await expect(api.get('/connections/conn_1')).rejects.toThrow('Connection not found')
    expect(currentWorkspace()).toBe('ws_a')
    refused('workspace not found')
    await expect(api.getIn('ws_b', '/members')).rejects.toThrow()
    expect(currentWorkspace()).toBe('ws_a')
    await expect(api.get('/members')).rejects.toThrow()
    expect(currentWorkspace()).toBeNull()
  })
})

describe('a session whose credential another tab has just replaced', () => {
  const signedOutOnce = () => {
    const asked: string[] = []
    vi.stubGlobal('fetch', async (_: string, { method }: { method: string }) => {
      asked.push(method)
      if (asked.length > 1) return new Response('{}', { status: 200 })
      return new Response('{"title":"you are not signed in","code":"signed_out"}', { status: 401, headers: { 'content-type': 'application/problem+json' } })
    })
    return asked
  }

  test('sends again what was not done', async () => {
    vi.useFakeTimers()
    const asked = signedOutOnce()
    const done = api.post('/rates', {})
    await vi.runAllTimersAsync()
    await expect(done).resolves.toEqual({})
    expect(asked).toEqual(['POST', 'POST'])
    vi.useRealTimers()
  })

  test('asks nothing twice that somebody who is signed out asks', async () => {
    const asked = signedOutOnce()
    await expect(api.get('/session')).rejects.toThrow('You are not signed in')
    expect(asked).toEqual(['GET'])
  })
})

describe('a refusal', () => {
  test('says how long to wait, and what to do', async () => {
    vi.stubGlobal('fetch', async () => {
      const headers = { 'content-type': 'application/problem+json', 'retry-after': '42' }
      return new Response('{"title":"too many failed attempts","action":"try again in 42 seconds"}', { status: 429, headers })
    })
    const error: unknown = await api.post('/session').catch((error: unknown) => error)
    expect(error instanceof ApiError && error.problem.retry_after_s).toBe(42)
    expect(error instanceof Error && failureText(error)).toBe('Too many failed attempts. Try again in 42 seconds.')
  })
})
