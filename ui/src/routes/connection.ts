import { createRoute, lazyRouteComponent, notFound, redirect } from '@tanstack/react-router'

import { connectionsQuery } from '~/api/queries'
import { ConnectionFrame } from '~/features/shell/ConnectionFrame'
import { rememberConnection } from '~/view/lastConnection'
import type { RawSearch } from '~/view/search'
import { readView } from '~/view/search'
import { readCustomerSearch, readCustomersSearch, readMovementsSearch, readMrrSearch, readReconcileSearch } from '~/view/pages'

import { appRoute } from './app'
import { NotFound } from './root'

export const connectionRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/c/$connectionId',
  validateSearch: (raw: RawSearch) => readView(raw),
  beforeLoad: async ({ context, params }) => {
    const connections = await context.queryClient.ensureQueryData(connectionsQuery)
    if (!connections.some(({ id }) => id === params.connectionId)) throw notFound()
    rememberConnection(params.connectionId)
  },
  component: ConnectionFrame,
  notFoundComponent: NotFound,
})

export const connectionHomeRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/c/$connectionId/mrr', params })
  },
})

const mrrRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/mrr',
  validateSearch: readMrrSearch,
  component: lazyRouteComponent(() => import('~/features/mrr/MrrPage'), 'MrrPage'),
})

const movementsRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/movements',
  validateSearch: readMovementsSearch,
  component: lazyRouteComponent(() => import('~/features/movements/MovementsPage'), 'MovementsPage'),
})

const customersRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/customers',
  validateSearch: readCustomersSearch,
  component: lazyRouteComponent(() => import('~/features/customers/CustomersPage'), 'CustomersPage'),
})

const customerRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/customers/$customerId',
  validateSearch: readCustomerSearch,
  component: lazyRouteComponent(() => import('~/features/customer/CustomerPage'), 'CustomerPage'),
})

const reconcileRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/reconcile',
  validateSearch: readReconcileSearch,
  component: lazyRouteComponent(() => import('~/features/reconcile/ReconcilePage'), 'ReconcilePage'),
})

const syncRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/sync',
  component: lazyRouteComponent(() => import('~/features/sync/SyncPage'), 'SyncPage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('~/features/settings/SettingsPage'), 'SettingsPage'),
})

export const pageRoutes = [
  mrrRoute,
  movementsRoute,
  customersRoute,
  customerRoute,
  reconcileRoute,
  syncRoute,
  settingsRoute,
] as const
