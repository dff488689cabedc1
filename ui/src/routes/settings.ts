import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'

import { readAuditSearch } from '~/view/pageSearch'

import { appRoute } from './app'
import { settingsArea } from './fetched'

/** Settings of the workspace and of one's own account. Those of a connection are among its pages. */
const settingsHomeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings',
  beforeLoad: () => {
    throw redirect({ to: '/settings/members' })
  },
})

const membersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/members',
  component: lazyRouteComponent(settingsArea, 'MembersPage'),
})

const workspaceRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/workspace',
  component: lazyRouteComponent(settingsArea, 'WorkspacePage'),
})

const tokensRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/tokens',
  component: lazyRouteComponent(settingsArea, 'TokensPage'),
})

const shareLinksRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/share-links',
  component: lazyRouteComponent(settingsArea, 'ShareLinksPage'),
})

const auditRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(settingsArea, 'AuditPage'),
})

const accountRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/account',
  component: lazyRouteComponent(settingsArea, 'AccountPage'),
})

export const settingsRoutes = [settingsHomeRoute, membersRoute, workspaceRoute, tokensRoute, shareLinksRoute, auditRoute, accountRoute] as const
