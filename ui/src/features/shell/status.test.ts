import { describe, expect, it } from 'vitest'

import type { Connection, Progress } from '~/api/types'

import { statusOf } from './status'

type Failure = NonNullable<Connection['last_error']>

const live = { state: 'live' as const, last_error: null, is_history_complete: true, time_zone: 'UTC' }
const failure = (code: string): Failure => ({ code, message: 'm', action: 'a', at: 0 })
const loaded = (done: number, estimated_total: number | null): Pick<Progress, 'kinds' | 'phase'> => ({
  phase: 'loading',
  kinds: [{ kind: 'invoice', label: 'Invoices', done, estimated_total, state: 'loading' }],
})
const here = { isAway: false, source: 'Acme' }

describe('how current a page is', () => {
  it('is live when nothing is wrong', () => {
    expect(statusOf(live, undefined, here)).toEqual({ tone: 'good', label: 'Live' })
  })

  it('says how much is loaded, and never all before it is', () => {
    const loading = { ...live, state: 'loading' as const, is_history_complete: false }
    expect(statusOf(loading, loaded(34, 100), here).label).toBe('Loading 34%')
    expect(statusOf(loading, loaded(100, 100), here).label).toBe('Loading 99%')
    expect(statusOf(loading, loaded(0, null), here).label).toBe('Loading')
  })

  it('names the source that cannot be reached, and since when', () => {
    const { label } = statusOf({ ...live, last_error: failure('provider_unreachable') }, undefined, here)
    expect(label).toMatch(/^Acme unreachable since .*1970/)
  })

  it('is not live once the stream says that it stopped, whatever the connection still says', () => {
    expect(statusOf(live, { ...loaded(1, 1), phase: 'failed' }, here)).toEqual({ tone: 'danger', label: 'Stopped' })
  })

  it('puts its own server first, then what a person has to mend', () => {
    const broken = { ...live, state: 'failed' as const, last_error: failure('key_refused') }
    expect(statusOf(broken, undefined, { ...here, isAway: true }).label).toBe('Reconnecting')
    expect(statusOf(broken, undefined, here)).toEqual({ tone: 'danger', label: 'Key not accepted' })
  })

  it('says that a key is needed where there is none to be rejected', () => {
    for (const code of ['key_missing', 'key_sealed']) {
      const broken = { ...live, state: 'failed' as const, last_error: failure(code) }
      expect(statusOf(broken, undefined, here)).toEqual({ tone: 'danger', label: 'Needs a new key' })
    }
  })
})
