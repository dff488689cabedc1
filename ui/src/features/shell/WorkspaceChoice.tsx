import { useQuery } from '@tanstack/react-query'
import { Suspense, lazy } from 'react'

import { sessionQuery } from '~/api/queries'

const WorkspaceSwitcher = lazy(() => import('./WorkspaceSwitcher'))

/** Only for a reader who belongs to several workspaces: for all others it isn't even loaded. */
export function WorkspaceChoice() {
  const { data: session } = useQuery(sessionQuery)
  if (!session?.workspace || session.workspaces.length < 2) return null
  return (
    <Suspense fallback={<div className="h-9" />}>
      <WorkspaceSwitcher workspace={session.workspace} workspaces={session.workspaces} />
    </Suspense>
  )
}
