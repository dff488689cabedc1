import type { QueryClient } from '@tanstack/react-query'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

import { connectionPath, connectionsQuery, ledgerKey, progressQuery } from './queries'
import type { Progress } from './types'

/** While a first load runs the ledger moves every few seconds; the pages follow at once, but not more often than this. */
const REFRESH_MS = 500

function refresher(client: QueryClient, id: string) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = -REFRESH_MS
  const refresh = () => {
    timer = undefined
    last = performance.now()
    void client.invalidateQueries({ queryKey: ledgerKey(id) })
    void client.invalidateQueries({ queryKey: connectionsQuery.queryKey })
  }
  return {
    soon: () => {
      timer ??= setTimeout(refresh, Math.max(0, last + REFRESH_MS - performance.now()))
    },
    stop: () => clearTimeout(timer),
  }
}

/** Follows what the stream tells until it is told to stop. */
export function follow(client: QueryClient, id: string, stream: EventTarget) {
  const refresh = refresher(client, id)
  let version: number | undefined
  let phase: string | undefined
  stream.addEventListener('progress', (event) => {
    const progress = JSON.parse((event as MessageEvent<string>).data) as Progress
    const { queryKey } = progressQuery(id)
    // An answer that is on its way is older than this.
    void client.cancelQueries({ queryKey }, { revert: false, silent: true })
    client.setQueryData(queryKey, progress)
    // The first one tells of whatever happened between the pages' own questions and this stream, too.
    if (version !== progress.ledger_version || phase !== progress.phase) refresh.soon()
    version = progress.ledger_version
    phase = progress.phase
  })
  stream.addEventListener('ledger', () => refresh.soon())
  return refresh.stop
}

/** Keeps a connection's pages live: its progress as it is told, its numbers again when the ledger moved. */
export function useLive(id: string) {
  const client = useQueryClient()
  useEffect(() => {
    const stream = new EventSource(`/api/v1${connectionPath(id)}/sync/stream`)
    const stop = follow(client, id, stream)
    return () => {
      stream.close()
      stop()
    }
  }, [client, id])
}
