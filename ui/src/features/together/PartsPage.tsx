import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { connectionsQuery } from '~/api/queries'
import { useIsAway } from '~/api/reachability'
import type { Connection } from '~/api/types'
import { RightIcon } from '~/components/icons'
import { PageHead } from '~/components/PageHead'
import { statusOf } from '~/features/shell/status'
import { sourceName } from '~/sources/names'
import { useTitle } from '~/view/useTitle'

type PagePath = '/c/$connectionId/sync' | '/c/$connectionId/settings'

interface PartListProps {
  connection: Connection
  /** The page of each that it leads to. */
  to: PagePath
}

/** The connections that are shown together, and how each of them is. */
export function PartList({ connection: { parts }, to }: PartListProps) {
  const { data: all = [] } = useQuery(connectionsQuery)
  const isAway = useIsAway()
  return (
    <ul aria-label="Accounts" className="card flex flex-col divide-y divide-line">
      {all
        .filter(({ id }) => parts.includes(id))
        .map((connection) => (
          <li key={connection.id}>
            <Link className="flex items-center gap-3 px-4 py-3 hover:bg-hover sm:px-5" params={{ connectionId: connection.id }} to={to}>
              <bdi className="min-w-0 flex-1 truncate font-medium">{connection.name}</bdi>
              <span className="text-sm text-ink-soft">
                {statusOf(connection, undefined, { isAway, source: sourceName(connection) }).label}
              </span>
              <RightIcon className="size-4 text-ink-faint" />
            </Link>
          </li>
        ))}
    </ul>
  )
}

/** In place of a page that only a single connection has. */
export function PartsPage({ title, lead, ...list }: PartListProps & { title: string; lead: string }) {
  useTitle(title, list.connection.name)
  return (
    <>
      <PageHead lead={lead} title={title} />
      <PartList {...list} />
    </>
  )
}
