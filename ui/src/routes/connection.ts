import type { QueryClient } from '@tanstack/react-query'
import { createRoute, lazyRouteComponent, notFound, redirect } from '@tanstack/react-router'

import { api } from '~/api/client'
import { connectionsQuery, facetsQuery, progressQuery, sessionQuery } from '~/api/queries'
import type { Connections } from '~/api/types'
import { chooseWorkspace } from '~/api/workspace'
import { ConnectionFrame } from '~/features/shell/ConnectionFrame'
import { rememberConnection } from '~/view/lastConnection'
import type { RawSearch } from '~/view/search'
import { readView } from '~/view/search'
import {
  readAhead,
  readChurnSearch,
  readCustomerSearch,
  readCustomersSearch,
  readGeographySearch,
  readMetricSearch,
  readMovementsSearch,
  readMrrSearch,
  readOverviewSearch,
  readPaymentsSearch,
  readPlansSearch,
  readReconcileSearch,
  readRetentionSearch,
} from '~/view/pageSearch'

import { appRoute } from './app'
import { fetched } from './fetched'
import { FrameError, FrameNotFound } from './frame'

/**
 * Learns the ledger's version before any figure is requested, so that the stream's first event tells whether a figure on the page
 * is out of date. A server that has not read its ledger yet says 0; a request for figures makes it read it.
 *
 * Then learns what is billed, since that and today's rates decide which currency the first request for figures is in.
 */
async function knowLedger(client: QueryClient, id: string) {
  try {
    const { ledger_version, phase } = await client.ensureQueryData(progressQuery(id))
    if (ledger_version === 0 && phase !== 'loading' && phase !== 'connecting') {
      await client.fetchQuery({ ...facetsQuery(id), staleTime: 0 })
      await client.fetchQuery({ ...progressQuery(id), staleTime: 0 })
      client.removeQueries(facetsQuery(id))
    }
    await client.ensureQueryData(facetsQuery(id))
  } catch {
    // The pages ask for themselves, and say what is wrong.
  }
}

/** A link may lead to a connection of another workspace that the reader belongs to. */
async function enterWorkspaceOf(client: QueryClient, id: string): Promise<boolean> {
  const session = await client.ensureQueryData(sessionQuery)
  const others = session?.workspaces.filter((one) => one.id !== session.workspace?.id) ?? []
  const lists = await Promise.all(others.map((one) => api.getIn<Connections>(one.id, '/connections')))
  const found = others[lists.findIndex(({ data, together }) => [...data, together].some((connection) => connection?.id === id))]
  if (!found) return false
  chooseWorkspace(found.id)
  await Promise.all([client.fetchQuery({ ...sessionQuery, staleTime: 0 }), client.fetchQuery({ ...connectionsQuery, staleTime: 0 })])
  return true
}

export const connectionRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/c/$connectionId',
  validateSearch: (raw: RawSearch) => readView(raw),
  beforeLoad: async ({ context, params }) => {
    const { queryClient } = context
    const id = params.connectionId
    const [connections] = await Promise.all([queryClient.ensureQueryData(connectionsQuery), knowLedger(queryClient, id)])
    if (!connections.some((connection) => connection.id === id) && !(await enterWorkspaceOf(queryClient, id))) throw notFound()
    rememberConnection(id)
  },
  component: ConnectionFrame,
  errorComponent: FrameError,
  notFoundComponent: FrameNotFound,
})

export const connectionHomeRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/c/$connectionId/mrr', params })
  },
})

const overviewRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/overview',
  validateSearch: readOverviewSearch,
  component: lazyRouteComponent(fetched(() => import('~/features/overview/OverviewPage')), 'OverviewPage'),
})

const mrrRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/mrr',
  validateSearch: readMrrSearch,
  component: lazyRouteComponent(fetched(() => import('~/features/mrr/MrrPage')), 'MrrPage'),
})

const plansRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/plans',
  validateSearch: readPlansSearch,
  component: lazyRouteComponent(fetched(() => import('~/features/plans/PlansPage')), 'PlansPage'),
})

const geographyRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/geography',
  validateSearch: readGeographySearch,
  component: lazyRouteComponent(fetched(() => import('~/features/geography/GeographyPage')), 'GeographyPage'),
})

const metricsRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/metrics',
  component: lazyRouteComponent(fetched(() => import('~/features/metrics/MetricsPage')), 'MetricsPage'),
})

const metricRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/metrics/$metricId',
  validateSearch: readMetricSearch,
  component: lazyRouteComponent(fetched(() => import('~/features/metrics/MetricPage')), 'MetricPage'),
})

const churnRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/churn',
  validateSearch: readChurnSearch,
  component: lazyRouteComponent(fetched(() => import('~/features/churn/ChurnPage')), 'ChurnPage'),
})

const trialsRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/trials',
  validateSearch: readAhead,
  component: lazyRouteComponent(fetched(() => import('~/features/trials/TrialsPage')), 'TrialsPage'),
})

const paymentsRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/payments',
  validateSearch: readPaymentsSearch,
  component: lazyRouteComponent(fetched(() => import('~/features/payments/PaymentsPage')), 'PaymentsPage'),
})

const revenueRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/revenue',
  component: lazyRouteComponent(fetched(() => import('~/features/revenue/RevenuePage')), 'RevenuePage'),
})

const retentionRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/retention',
  validateSearch: readRetentionSearch,
  component: lazyRouteComponent(fetched(() => import('~/features/retention/RetentionPage')), 'RetentionPage'),
})

const movementsRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/movements',
  validateSearch: readMovementsSearch,
  component: lazyRouteComponent(fetched(() => import('~/features/movements/MovementsPage')), 'MovementsPage'),
})

const customersRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/customers',
  validateSearch: readCustomersSearch,
  component: lazyRouteComponent(fetched(() => import('~/features/customers/CustomersPage')), 'CustomersPage'),
})

const customerRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/customers/$customerId',
  validateSearch: readCustomerSearch,
  component: lazyRouteComponent(fetched(() => import('~/features/customer/CustomerPage')), 'CustomerPage'),
})

const reconcileRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/reconcile',
  validateSearch: readReconcileSearch,
  component: lazyRouteComponent(fetched(() => import('~/features/reconcile/ReconcilePage')), 'ReconcilePage'),
})

const syncRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/sync',
  component: lazyRouteComponent(fetched(() => import('~/features/sync/SyncPage')), 'SyncPage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => connectionRoute,
  path: '/settings',
  component: lazyRouteComponent(fetched(() => import('~/features/settings/SettingsPage')), 'SettingsPage'),
})

export const pageRoutes = [
  overviewRoute,
  mrrRoute,
  plansRoute,
  churnRoute,
  retentionRoute,
  trialsRoute,
  revenueRoute,
  paymentsRoute,
  geographyRoute,
  metricsRoute,
  metricRoute,
  movementsRoute,
  customersRoute,
  customerRoute,
  reconcileRoute,
  syncRoute,
  settingsRoute,
] as const
