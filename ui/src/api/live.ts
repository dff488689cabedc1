import type { QueryClient, QueryKey } from '@tanstack/react-query'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

import { connectionPath, connectionsQuery, ledgerKey, progressQuery, reviewKey, sessionQuery, webhookQuery } from './queries'
import { reachability } from './reachability'
import type { Connection, Phase, Progress } from './types'

/** The first change shows at once. While more follow, the pages ask again no more often than this, and never twice at a time. */
const REFRESH_MS = 1_000

/** Between two tries to open a stream that was refused. */
const SHORTEST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 60_000

/** The phases of a first import or a reload: while they last, the connection itself changes with them. */
const IMPORT_PHASES: ReadonlySet<Phase> = new Set(['connecting', 'loading', 'building', 'checking'])

/** What may have changed about a connection, apart from its progress, which the stream carries. */
type Part = 'figures' | 'reviews' | 'connections' | 'webhook'

function refresher(client: QueryClient, id: string) {
  const keys: Record<Part, QueryKey> = {
    figures: ledgerKey(id),
    reviews: reviewKey(id),
    connections: connectionsQuery.queryKey,
    webhook: webhookQuery(id).queryKey,
  }
  const due = new Set<Part>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = -REFRESH_MS
  let isAsking = false
  const plan = () => {
    if (isAsking || timer !== undefined || due.size === 0) return
    timer = setTimeout(() => void refresh(), Math.max(0, last + REFRESH_MS - performance.now()))
  }
  const refresh = async () => {
    timer = undefined
    const parts = [...due]
    due.clear()
    isAsking = true
    await Promise.all(parts.map((part) => client.invalidateQueries({ queryKey: keys[part] })))
    isAsking = false
    last = performance.now()
    plan()
  }
  return {
    soon: (part: Part) => {
      due.add(part)
      plan()
    },
    stop: () => {
      clearTimeout(timer)
      due.clear()
    },
  }
}

/** Differs when the list of connections may say something else about this one. A poll that finds nothing makes no difference. */
function standingOf({ phase, message, data_through }: Progress): string {
  const kind = IMPORT_PHASES.has(phase) ? 'import' : phase === 'failed' || phase === 'erasing' ? phase : 'steady'
  // Before and after its first import a connection is idle.
  return `${kind} ${data_through === null ? 'empty' : ''} ${message ?? ''}`
}

const isImporting = (progress: Progress | undefined) => progress !== undefined && IMPORT_PHASES.has(progress.phase)

/** Whether the list was requested before an import ended that the progress knows of: nothing that follows would say so again. */
function isBehind(list: readonly Connection[] | undefined, id: string, { phase, data_through }: Progress): boolean {
  const listed = list?.find((one) => one.id === id)
  return listed !== undefined && !listed.is_history_complete && phase === 'idle' && data_through !== null
}

/** Follows a connection's progress until it is stopped. Pages ask again only for what a change may have affected. */
export function follow(client: QueryClient, id: string, stream: EventTarget) {
  const { soon, stop } = refresher(client, id)
  const { queryKey } = progressQuery(id)
  // What the rest of the page goes with. An answer to a request may be ahead of the stream, and nothing was requested for it.
  let known = client.getQueryData(queryKey)
  // The figures on the page have at least this version: it was requested before they were.
  let version = known?.ledger_version
  stream.addEventListener('progress', (event) => {
    const progress = JSON.parse((event as MessageEvent<string>).data) as Progress
    const before = known
    known = progress
    // An answer that is on its way is older than this.
    void client.cancelQueries({ queryKey }, { revert: false, silent: true })
    client.setQueryData(queryKey, progress)
    // The version is 0 until the server has read its ledger. Until then nothing of it was shown.
    const hasMoved = progress.ledger_version !== 0 && progress.ledger_version !== version
    const isImported = isImporting(before) && !isImporting(progress)
    if (hasMoved || isImported) soon('figures')
    if (isImported) soon('reviews')
    // They are requested again within a minute, or when somebody returns to them.
    else if (hasMoved) void client.invalidateQueries({ queryKey: reviewKey(id), refetchType: 'none' })
    const list = client.getQueryData(connectionsQuery.queryKey)
    if (before === undefined || standingOf(before) !== standingOf(progress) || isBehind(list, id, progress)) soon('connections')
    if (hasMoved || before?.data_through !== progress.data_through) soon('webhook')
    if (progress.ledger_version !== 0 || version === undefined) version = progress.ledger_version
  })
  return stop
}

/** Keeps a connection's pages live. A broken stream is reopened when the server answers again. */
export function useLive(id: string) {
  const client = useQueryClient()
  useEffect(() => {
    let stop = () => {}
    let pause = SHORTEST_PAUSE_MS
    let timer: ReturnType<typeof setTimeout> | undefined
    const open = () => {
      const stream = new EventSource(`/api/v1${connectionPath(id)}/sync/stream`)
      const unfollow = follow(client, id, stream)
      stream.addEventListener('open', () => {
        pause = SHORTEST_PAUSE_MS
        reachability.answered()
      })
      stream.addEventListener('error', () => {
        reachability.failed()
        if (stream.readyState !== EventSource.CLOSED) return
        // The answer was no stream, and the browser gives up. The session may have ended, or something in between failed.
        void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
        timer = setTimeout(reopen, pause)
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
      })
      stop = () => {
        clearTimeout(timer)
        stream.close()
        unfollow()
      }
    }
    const reopen = () => {
      stop()
      open()
    }
    open()
    const unsubscribe = reachability.onReturn(reopen)
    return () => {
      unsubscribe()
      stop()
    }
  }, [client, id])
}
