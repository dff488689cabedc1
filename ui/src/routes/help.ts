import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'

import { sessionQuery } from '~/api/queries'
import type { RawSearch } from '~/view/search'
import { compact, textOf } from '~/view/search'

import { fetched } from './fetched'
import { Broken, rootRoute } from './root'

/** Somebody who can't sign in needs the help most, so it asks for no account. */
export const helpFrameRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'help',
  beforeLoad: async ({ context }) => {
    await context.queryClient.ensureQueryData(sessionQuery)
  },
  component: lazyRouteComponent(fetched(() => import('~/features/shell/HelpFrame')), 'HelpFrame'),
  pendingComponent: () => null,
  errorComponent: Broken,
})

/** `/help` alone is the list of all definitions. */
export const helpHomeRoute = createRoute({
  getParentRoute: () => helpFrameRoute,
  path: '/help',
  beforeLoad: () => {
    throw redirect({ to: '/help/$page', params: { page: 'README' } })
  },
})

export const helpRoute = createRoute({
  getParentRoute: () => helpFrameRoute,
  path: '/help/$page',
  validateSearch: (raw: RawSearch): { q?: string } => compact({ q: textOf(raw.q) }),
  component: lazyRouteComponent(fetched(() => import('~/features/help/HelpPage')), 'HelpPage'),
})
