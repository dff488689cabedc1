import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'

import { connectionsQuery, sessionQuery } from '~/api/queries'
import type { Connection } from '~/api/types'
import { lastConnection } from '~/view/lastConnection'
import { canOpenWorkspace } from '~/view/workspaceAccess'

/** The page's connection; on pages without one, such as the help, the one that was opened last or else the first, so the way back stays. */
export function useCurrentConnection(): Connection | undefined {
  const { connectionId } = useParams({ strict: false })
  const { data: session } = useQuery(sessionQuery)
  const { data: connections } = useQuery({ ...connectionsQuery, enabled: session != null && canOpenWorkspace(session) })
  const [first] = connections ?? []
  return connections?.find(({ id }) => id === connectionId) ?? connections?.find(({ id }) => id === lastConnection()) ?? first
}
