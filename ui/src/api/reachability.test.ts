import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { Reachability } from './reachability'

let isThere: boolean
let probes: number
let server: Reachability

beforeEach(() => {
  vi.useFakeTimers()
  isThere = true
  probes = 0
  server = new Reachability(() => {
    probes += 1
    return Promise.resolve(isThere)
  })
})

afterEach(() => vi.useRealTimers())

test('a request that failed alone says nothing about the server', async () => {
  server.failed()
  await vi.advanceTimersByTimeAsync(1)
  expect(server.isAway()).toBe(false)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(probes).toBe(1)
})

test('a server that is away is looked for until it is back, and everybody hears of that once', async () => {
  const back = vi.fn()
  server.onReturn(back)
  isThere = false
  server.failed()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(server.isAway()).toBe(true)
  expect(probes).toBeGreaterThan(3)
  expect(back).not.toHaveBeenCalled()
  isThere = true
  await vi.advanceTimersByTimeAsync(8_000)
  expect(server.isAway()).toBe(false)
  expect(back).toHaveBeenCalledTimes(1)
  const asked = probes
  await vi.advanceTimersByTimeAsync(60_000)
  expect(probes).toBe(asked)
})

test('many failures at once are one look', async () => {
  for (let index = 0; index < 8; index += 1) server.failed()
  await vi.advanceTimersByTimeAsync(1)
  expect(probes).toBe(1)
})
