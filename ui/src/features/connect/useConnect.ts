import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'

import { api } from '~/api/client'
import { connectionsQuery, sessionQuery } from '~/api/queries'
import type { Connection } from '~/api/types'
import { awaitFigures } from '~/features/sync/awaited'
import { expectTour } from '~/features/tour/state'

export interface ConnectRequest {
  source: string
  key?: string
  api_base?: string
  name?: string
  merchant?: string
  gdpr?: boolean
}

/** Saves the connection, which starts the import, and opens the page that shows its progress until there are figures. */
export function useConnect() {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: (request: ConnectRequest) => api.post<Connection>('/connections', request),
    onSuccess: async (connection) => {
      const connections = await client.fetchQuery({ ...connectionsQuery, staleTime: 0 })
      const user = client.getQueryData(sessionQuery.queryKey)?.user
      // Whoever has connected others knows the pages.
      if (user && connections.length === 1) expectTour(user.id)
      awaitFigures(connection.id)
      await navigate({ to: '/c/$connectionId/sync', params: { connectionId: connection.id } })
    },
  })
}
