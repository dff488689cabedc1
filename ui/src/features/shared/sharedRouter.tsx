/**
 * The pages that can be shared, under the names that they have in the app: `getRouteApi` finds them, and each page is the same code.
 * Where they are is in memory alone, so the address stays that of the link.
 */
import { Outlet, createMemoryHistory, createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'

import type { SharedPage } from '~/api/types'
import { SkeletonRows } from '~/components/Feedback'
import { PageError } from '~/routes/PageError'
import { fetched } from '~/routes/fetched'
import {
  parseAddress,
  readChurnSearch,
  readGeographySearch,
  readMetricSearch,
  readMrrSearch,
  readOverviewSearch,
  readPaymentsSearch,
  readPlansSearch,
  readRetentionSearch,
} from '~/view/pageSearch'
import type { RawSearch } from '~/view/search'
import { readView, stringifySearch } from '~/view/search'

import { SharedFrame } from './SharedFrame'

const rootRoute = createRootRoute({ component: Outlet })
const appRoute = createRoute({ getParentRoute: () => rootRoute, id: 'app' })
const connectionRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/c/$connectionId',
  validateSearch: (raw: RawSearch) => readView(raw),
  component: SharedFrame,
})

const pageRoutes = [
  createRoute({
    getParentRoute: () => connectionRoute,
    path: '/overview',
    validateSearch: readOverviewSearch,
    component: lazyRouteComponent(fetched(() => import('~/features/overview/OverviewPage')), 'OverviewPage'),
  }),
  createRoute({
    getParentRoute: () => connectionRoute,
    path: '/mrr',
    validateSearch: readMrrSearch,
    component: lazyRouteComponent(fetched(() => import('~/features/mrr/MrrPage')), 'MrrPage'),
  }),
  createRoute({
    getParentRoute: () => connectionRoute,
    path: '/plans',
    validateSearch: readPlansSearch,
    component: lazyRouteComponent(fetched(() => import('~/features/plans/PlansPage')), 'PlansPage'),
  }),
  createRoute({
    getParentRoute: () => connectionRoute,
    path: '/churn',
    validateSearch: readChurnSearch,
    component: lazyRouteComponent(fetched(() => import('~/features/churn/ChurnPage')), 'ChurnPage'),
  }),
  createRoute({
    getParentRoute: () => connectionRoute,
    path: '/retention',
    validateSearch: readRetentionSearch,
    component: lazyRouteComponent(fetched(() => import('~/features/retention/RetentionPage')), 'RetentionPage'),
  }),
  createRoute({
    getParentRoute: () => connectionRoute,
    path: '/trials',
    component: lazyRouteComponent(fetched(() => import('~/features/trials/TrialsPage')), 'TrialsPage'),
  }),
  createRoute({
    getParentRoute: () => connectionRoute,
    path: '/revenue',
    component: lazyRouteComponent(fetched(() => import('~/features/revenue/RevenuePage')), 'RevenuePage'),
  }),
  createRoute({
    getParentRoute: () => connectionRoute,
    path: '/payments',
    validateSearch: readPaymentsSearch,
    component: lazyRouteComponent(fetched(() => import('~/features/payments/PaymentsPage')), 'PaymentsPage'),
  }),
  createRoute({
    getParentRoute: () => connectionRoute,
    path: '/geography',
    validateSearch: readGeographySearch,
    component: lazyRouteComponent(fetched(() => import('~/features/geography/GeographyPage')), 'GeographyPage'),
  }),
  createRoute({
    getParentRoute: () => connectionRoute,
    path: '/metrics/$metricId',
    validateSearch: readMetricSearch,
    component: lazyRouteComponent(fetched(() => import('~/features/metrics/MetricPage')), 'MetricPage'),
  }),
] as const

export function sharedRouter({ page, view }: SharedPage) {
  return createRouter({
    routeTree: rootRoute.addChildren([appRoute.addChildren([connectionRoute.addChildren(pageRoutes)])]),
    history: createMemoryHistory({ initialEntries: [`/c/shared/${page}?${view}`] }),
    parseSearch: parseAddress,
    stringifySearch,
    defaultPendingComponent: SkeletonRows,
    defaultErrorComponent: PageError,
  })
}
