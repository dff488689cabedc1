import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'

import { connectionsQuery, sessionQuery } from '~/api/queries'
import { lastConnection } from '~/view/lastConnection'

import { startTour } from './state'

/** Starts the tour, from anywhere. `undefined` where there is nothing that it could be of. */
export function useStartTour(): (() => void) | undefined {
  const { data: session } = useQuery(sessionQuery)
  const { data: connections = [] } = useQuery({ ...connectionsQuery, enabled: session != null })
  const navigate = useNavigate()
  const last = lastConnection()
  const connection = connections.find(({ id }) => id === last) ?? connections[0]
  if (!session || !connection) return undefined
  return () => {
    startTour(session.user.id)
    void navigate({ to: '/c/$connectionId/mrr', params: { connectionId: connection.id } })
  }
}
