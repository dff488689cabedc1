import { createRouter } from '@tanstack/react-router'

import { queryClient } from '~/api/queryClient'
import { SkeletonRows } from '~/components/Feedback'
import { parseAddress } from '~/view/pageSearch'
import { stringifySearch } from '~/view/search'

import { appRoute, connectRoute, homeRoute, newWorkspaceRoute, noWorkspaceRoute } from './app'
import { connectionHomeRoute, connectionRoute, pageRoutes } from './connection'
import { helpFrameRoute, helpHomeRoute, helpRoute } from './help'
import { PageError } from './PageError'
import { NotFound, rootRoute } from './root'
import { settingsRoutes } from './settings'
import { bookDemoRoute, confirmEmailRoute, confirmRoute, forgotPasswordRoute, invitationRoute, loginRoute, resetPasswordRoute, setupRoute, signUpRoute } from './visitor'

const routeTree = rootRoute.addChildren([
  setupRoute,
  loginRoute,
  invitationRoute,
  signUpRoute,
  confirmRoute,
  confirmEmailRoute,
  forgotPasswordRoute,
  resetPasswordRoute,
  bookDemoRoute,
  helpFrameRoute.addChildren([helpHomeRoute, helpRoute]),
  appRoute.addChildren([
    homeRoute,
    connectRoute,
    noWorkspaceRoute,
    newWorkspaceRoute,
    ...settingsRoutes,
    connectionRoute.addChildren([connectionHomeRoute, ...pageRoutes]),
  ]),
])

/** Rewrites the address to what it means here before anything reads it. */
function tidyAddress() {
  const { pathname, search, hash } = window.location
  const tidy = stringifySearch(parseAddress(search))
  if (tidy !== search) window.history.replaceState(window.history.state, '', pathname + tidy + hash)
}

tidyAddress()

export const router = createRouter({
  routeTree,
  context: { queryClient },
  parseSearch: parseAddress,
  stringifySearch,
  scrollRestoration: true,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingComponent: SkeletonRows,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: NotFound,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
