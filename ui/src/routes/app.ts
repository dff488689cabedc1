import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'

import { connectionsQuery, sessionQuery, setupQuery } from '~/api/queries'
import { AppShell } from '~/features/shell/AppShell'
import { lastConnection } from '~/view/lastConnection'
import { canOpenWorkspace, isOpenWithoutWorkspace } from '~/view/workspaceAccess'

import { fetched, settingsArea } from './fetched'
import { Broken, rootRoute } from './root'

/** Everything that needs a signed-in person. */
export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery)
    if (session && (canOpenWorkspace(session) || isOpenWithoutWorkspace(location.pathname))) return
    if (session) throw redirect({ to: '/no-workspace' })
    const { needs_owner } = await context.queryClient.fetchQuery(setupQuery)
    if (needs_owner) throw redirect({ to: '/setup' })
    throw redirect({ to: '/login', search: location.href === '/' ? {} : { next: location.href } })
  },
  component: AppShell,
  // Until it is known who is there, what index.html has in the page's place stays.
  pendingComponent: () => null,
  errorComponent: Broken,
})

export const homeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  beforeLoad: async ({ context }) => {
    const connections = await context.queryClient.fetchQuery(connectionsQuery)
    const last = lastConnection()
    const connection = connections.find(({ id }) => id === last) ?? connections[0]
    if (!connection) throw redirect({ to: '/connect' })
    throw redirect({ to: '/c/$connectionId/mrr', params: { connectionId: connection.id } })
  },
})

export const connectRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/connect',
  component: lazyRouteComponent(fetched(() => import('~/features/connect/ConnectPage')), 'ConnectPage'),
})

export const noWorkspaceRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/no-workspace',
  beforeLoad: async ({ context }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery)
    if (session && canOpenWorkspace(session)) throw redirect({ to: '/' })
  },
  component: lazyRouteComponent(settingsArea, 'NoWorkspacePage'),
})

export const newWorkspaceRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/workspaces/new',
  component: lazyRouteComponent(settingsArea, 'NewWorkspacePage'),
})
