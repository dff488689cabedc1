import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { progressQuery } from '~/api/queries'
import type { Connection } from '~/api/types'
import { loadable } from '~/components/loadable'

/** Few visits see an end, so no page waits for what is shown then. */
const [useLine] = loadable(() => import('./ImportEndLine'))

/** When the import that somebody watches came to its end, with how long it took. */
function useEnd(connection: Connection) {
  const { data: progress } = useQuery(progressQuery(connection.id))
  const startedAt = useRef<number>(undefined)
  const wasComplete = useRef(connection.is_history_complete)
  const [end, setEnd] = useState<{ seconds: number | undefined }>()
  useEffect(() => {
    if (progress?.started_at != null && !connection.is_history_complete) startedAt.current = progress.started_at
  }, [progress?.started_at, connection.is_history_complete])
  useEffect(() => {
    if (connection.is_history_complete && !wasComplete.current) {
      const started = startedAt.current
      setEnd({ seconds: started === undefined ? undefined : Math.max(0, Math.round(Date.now() / 1000) - started) })
    }
    wasComplete.current = connection.is_history_complete
  }, [connection.is_history_complete])
  return [end, () => setEnd(undefined)] as const
}

/** Once everything is imported, one line about all of it, until it is closed. */
export function ImportEnd({ connection }: { connection: Connection }) {
  const [end, close] = useEnd(connection)
  const line = useLine(end !== undefined)
  return end && line && <line.ImportEndLine connection={connection} seconds={end.seconds} onClose={close} />
}
