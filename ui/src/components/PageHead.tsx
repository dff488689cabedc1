import type { ReactNode } from 'react'

import type { Connection } from '~/api/types'
import { formatInstant } from '~/format/date'

import { Badge } from './Feedback'

/** The moment that the figures are from: on every page that shows any. */
export function DataThrough({ connection }: { connection: Connection }) {
  if (connection.data_through === null) return <span>{connection.is_history_complete ? 'No data yet' : 'Still loading'}</span>
  return <span>Data through {formatInstant(connection.data_through, connection.time_zone)}</span>
}

export function PageHead({
  title,
  connection,
  lead,
  children,
}: {
  title: ReactNode
  connection?: Connection
  lead?: ReactNode
  children?: ReactNode
}) {
  return (
    <header className="flex flex-wrap items-end gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1 basis-72">
        <h1 className="flex flex-wrap items-center gap-2 text-2xl font-semibold tracking-tight">
          {title}
          {connection?.is_test_mode && <Badge tone="warn">Test mode</Badge>}
          {connection?.is_sample && <Badge tone="info">Sample merchant</Badge>}
        </h1>
        <p className="mt-1 text-sm text-ink-soft">{lead ?? (connection && <DataThrough connection={connection} />)}</p>
      </div>
      {children}
    </header>
  )
}
