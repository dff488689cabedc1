import { useQuery } from '@tanstack/react-query'

import { sessionQuery, setupQuery } from '~/api/queries'

/** Owners may create more workspaces. Somebody who was invited may only do so where anybody can create an account. */
export function useMayCreateWorkspace(): boolean {
  const { data: session } = useQuery(sessionQuery)
  const isOwner = session?.workspaces.some(({ role }) => role === 'owner') ?? false
  const { data: setup } = useQuery({ ...setupQuery, staleTime: Infinity, enabled: session !== undefined && !isOwner })
  return isOwner || setup?.sign_up === 'open'
}
