import { useQueryClient } from '@tanstack/react-query'

import { sessionQuery } from '~/api/queries'

/** Goes on once somebody is signed in: with the session that the server now knows. */
export function useEnter(onSignedIn: () => void) {
  const client = useQueryClient()
  return async () => {
    await client.fetchQuery({ ...sessionQuery, staleTime: 0 })
    onSignedIn()
  }
}
