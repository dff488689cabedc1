import { useQueryClient } from '@tanstack/react-query'

import { api } from '~/api/client'
import { sessionQuery } from '~/api/queries'

/** Ends the session; nothing that it has shown stays in memory. */
export function useSignOut() {
  const client = useQueryClient()
  return async () => {
    await api.delete('/session')
    client.clear()
    client.setQueryData(sessionQuery.queryKey, null)
  }
}
