import { afterEach, describe, expect, test, vi } from 'vitest'

import { api } from './client'

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
