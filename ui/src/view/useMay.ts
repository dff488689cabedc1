import { useQuery } from '@tanstack/react-query'

import { sessionQuery } from '~/api/queries'
import type { Role } from '~/api/types'

import type { Permission } from './roles'
import { may } from './roles'

/** The reader's role in the workspace of the page. A connection is only ever shown within its own workspace. */
export function useRole(): Role | undefined {
  return useQuery(sessionQuery).data?.workspace?.role
}

/** Whether the reader may do something here. */
export function useMay(permission: Permission): boolean {
  return may(useRole(), permission)
}
