import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'

import { connectionsQuery, sessionQuery, setupQuery } from '~/api/queries'
import { AppShell } from '~/features/shell/AppShell'
import { lastConnection } from '~/view/lastConnection'
import type { RawSearch } from '~/view/search'
import { compact, textOf } from '~/view/search'

import { fetched } from './fetched'
import { Broken, rootRoute } from './root'

/** Everything that needs a signed-in person. */
export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  beforeLoad: async ({ context, location }) => {
    if (await context.queryClient.ensureQueryData(sessionQuery)) return
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

/** `/help` alone is the list of all definitions. */
export const helpHomeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/help',
  beforeLoad: () => {
    throw redirect({ to: '/help/$page', params: { page: 'README' } })
  },
})

export const helpRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/help/$page',
  validateSearch: (raw: RawSearch): { q?: string } => compact({ q: textOf(raw.q) }),
  component: lazyRouteComponent(fetched(() => import('~/features/help/HelpPage')), 'HelpPage'),
})

export const connectRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/connect',
  component: lazyRouteComponent(fetched(() => import('~/features/connect/ConnectPage')), 'ConnectPage'),
})
