import { useSyncExternalStore } from 'react'

/** Pauses between probes while the server doesn't answer. The last one repeats. */
const PAUSES_MS = [0, 1_000, 2_000, 4_000, 8_000]

/** An address that answers without a session and without work. */
const PROBE = '/api/v1/setup'

/** A proxy in front of the server says these when the server itself does not answer. */
const GATEWAY = new Set([502, 503, 504])

export const isFromGateway = ({ status, headers }: Pick<Response, 'status' | 'headers'>) =>
  GATEWAY.has(status) && !headers.get('content-type')?.includes('json')

/** Whether the server answers. A failed request only triggers a probe; if that fails too, the server is away. */
export class Reachability {
  #isAway = false
  #failures = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #isProbing = false
  readonly #listeners = new Set<() => void>()
  readonly #returns = new Set<() => void>()
  readonly #probe: () => Promise<boolean>

  constructor(probe: () => Promise<boolean>) {
    this.#probe = probe
  }

  isAway = () => this.#isAway

  /** Something could not reach the server. */
  failed() {
    if (this.#isProbing || this.#timer !== undefined) return
    const pause = PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length - 1)] ?? 0
    this.#timer = setTimeout(() => void this.#look(), pause)
  }

  /** Something reached it. */
  answered() {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#failures = 0
    if (!this.#isAway) return
    this.#set(false)
    for (const back of this.#returns) back()
  }

  /** Probes now, for a person who doesn't want to wait. */
  async check(): Promise<boolean> {
    const isThere = await this.#probe()
    if (isThere) this.answered()
    else this.#missed()
    return isThere
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Calls back whenever the server answers again. */
  onReturn = (back: () => void) => {
    this.#returns.add(back)
    return () => void this.#returns.delete(back)
  }

  async #look() {
    this.#timer = undefined
    this.#isProbing = true
    const isThere = await this.#probe()
    this.#isProbing = false
    if (isThere) this.answered()
    else this.#missed()
  }

  #missed() {
    this.#failures += 1
    this.#set(true)
    this.failed()
  }

  #set(isAway: boolean) {
    if (this.#isAway === isAway) return
    this.#isAway = isAway
    for (const listener of this.#listeners) listener()
  }
}

async function probe(): Promise<boolean> {
  try {
    return !isFromGateway(await fetch(PROBE, { cache: 'no-store', signal: AbortSignal.timeout(10_000) }))
  } catch {
    return false
  }
}

export const reachability = new Reachability(probe)

export const useIsAway = () => useSyncExternalStore(reachability.subscribe, reachability.isAway)
