import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'

import { connectionsQuery } from '~/api/queries'
import type { Connection } from '~/api/types'
import { lastConnection } from '~/view/lastConnection'

/** The page's connection; on pages without one, such as the help, the one that was opened last or else the first, so the way back stays. */
export function useCurrentConnection(): Connection | undefined {
  const { connectionId } = useParams({ strict: false })
  const { data: connections } = useQuery(connectionsQuery)
  const [first] = connections ?? []
  return connections?.find(({ id }) => id === connectionId) ?? connections?.find(({ id }) => id === lastConnection()) ?? first
}
