import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation, useNavigate, useParams } from '@tanstack/react-router'
import { useEffect, useState } from 'react'

import { sessionQuery } from '~/api/queries'
import { enterWorkspace } from '~/view/enterWorkspace'
import { canOpenWorkspace, isOpenWithoutWorkspace } from '~/view/workspaceAccess'

import { Bar } from './Bar'
import { Logo } from './Logo'
import { Main } from './Main'
import { Nav } from './Nav'
import { PlainFrame } from './PlainFrame'
import { UserMenu } from './UserMenu'
import { WorkspaceChoice } from './WorkspaceChoice'

/** The frame of every page of a signed-in person: the navigation beside it on a wide screen, behind a button on a narrow one. */
export function AppShell() {
  const session = useQuery(sessionQuery)
  const navigate = useNavigate()
  const { connectionId } = useParams({ strict: false })
  const isSignedOut = session.data === null
  useEffect(() => {
    if (isSignedOut) void navigate({ to: '/login', search: { next: window.location.pathname + window.location.search } })
  }, [isSignedOut, navigate])
  const workspace = session.data?.workspace?.id
  const [entered] = useState(workspace)
  const { pathname } = useLocation()
  const isShutOut = session.data != null && !canOpenWorkspace(session.data)
  const isLost = isShutOut && !isOpenWithoutWorkspace(pathname)
  useEffect(() => {
    // The workspace of this page is no longer the reader's, or shows them nothing for now.
    if (isLost) void navigate({ to: '/no-workspace', replace: true })
    else if (workspace !== undefined && entered !== undefined && workspace !== entered) enterWorkspace(workspace)
  }, [isLost, workspace, entered, navigate])

  if (isShutOut) return <PlainFrame />
  return (
    <div className="lg:grid lg:min-h-dvh lg:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-lg bg-accent px-4 py-2 text-sm font-medium text-accent-ink focus:translate-y-0"
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          document.getElementById('main')?.focus()
        }}
      >
        Skip to content
      </a>
      <aside className="no-print sticky top-0 hidden h-dvh flex-col gap-4 overflow-y-auto border-r border-line bg-surface px-3 py-4 lg:flex">
        <div className="px-2">
          <Logo />
        </div>
        <WorkspaceChoice />
        <Nav />
        <div className="mt-auto">
          <UserMenu />
        </div>
      </aside>
      <div className="flex min-w-0 flex-col">
        {connectionId === undefined ? (
          <>
            <Bar />
            <Main>
              <Outlet />
            </Main>
          </>
        ) : (
          // The pages of a connection have more in their bar: see `ConnectionFrame`.
          <Outlet />
        )}
      </div>
    </div>
  )
}
