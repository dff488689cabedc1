import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'

import { api } from '~/api/client'
import { connectionsQuery } from '~/api/queries'
import type { Connection } from '~/api/types'

export interface ConnectRequest {
  source: string
  key?: string
  api_base?: string
  name?: string
  merchant?: string
  gdpr?: boolean
}

/** Saves the connection, which starts the import, and opens the page that shows its progress. */
export function useConnect() {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: (request: ConnectRequest) => api.post<Connection>('/connections', request),
    onSuccess: async (connection) => {
      await client.fetchQuery({ ...connectionsQuery, staleTime: 0 })
      await navigate({ to: '/c/$connectionId/sync', params: { connectionId: connection.id } })
    },
  })
}
