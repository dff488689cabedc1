/**
 * The pages of a connection, in the order of the navigation: the one place to add a page to. Its route goes into
 * `routes/connection.ts`, what its address can say into `view/pageSearch.ts`.
 */
import {
  CardIcon,
  ChartIcon,
  CoinsIcon,
  GaugeIcon,
  GlobeIcon,
  GridIcon,
  HomeIcon,
  HourglassIcon,
  LeaveIcon,
  MovesIcon,
  PeopleIcon,
  PlansIcon,
  ScaleIcon,
  SettingsIcon,
  SyncIcon,
} from '~/components/icons'

/** A part of the bar above every page. A page names those that it follows; the others are not shown. */
export type Control = 'range' | 'interval' | 'compare' | 'currency' | 'filters'

const ALL: readonly Control[] = ['range', 'interval', 'compare', 'currency', 'filters']
const NONE: readonly Control[] = []

export const PAGES = [
  { path: 'overview', to: '/c/$connectionId/overview', label: 'Overview', Icon: HomeIcon, controls: ['currency', 'filters'] },
  { path: 'mrr', to: '/c/$connectionId/mrr', label: 'MRR Breakdown', Icon: ChartIcon, controls: ALL },
  { path: 'movements', to: '/c/$connectionId/movements', label: 'Movements', Icon: MovesIcon, controls: ['range', 'currency', 'filters'] },
  { path: 'customers', to: '/c/$connectionId/customers', label: 'Customers', Icon: PeopleIcon, controls: ['currency', 'filters'] },
  { path: 'plans', to: '/c/$connectionId/plans', label: 'Plans', Icon: PlansIcon, controls: ALL },
  { path: 'churn', to: '/c/$connectionId/churn', label: 'Churn', Icon: LeaveIcon, controls: ALL },
  { path: 'retention', to: '/c/$connectionId/retention', label: 'Retention', Icon: GridIcon, controls: ALL },
  { path: 'trials', to: '/c/$connectionId/trials', label: 'Trials', Icon: HourglassIcon, controls: ALL },
  { path: 'revenue', to: '/c/$connectionId/revenue', label: 'Revenue', Icon: CoinsIcon, controls: ALL },
  { path: 'payments', to: '/c/$connectionId/payments', label: 'Payments', Icon: CardIcon, controls: ALL },
  { path: 'geography', to: '/c/$connectionId/geography', label: 'Geography', Icon: GlobeIcon, controls: ALL },
  { path: 'metrics', to: '/c/$connectionId/metrics', label: 'Metrics', Icon: GaugeIcon, controls: ALL },
  { path: 'reconcile', to: '/c/$connectionId/reconcile', label: 'Reconcile', Icon: ScaleIcon, controls: ['range'] },
  { path: 'sync', to: '/c/$connectionId/sync', label: 'Sync', Icon: SyncIcon, controls: NONE },
  { path: 'settings', to: '/c/$connectionId/settings', label: 'Settings', Icon: SettingsIcon, controls: NONE },
] as const satisfies readonly {
  path: string
  to: `/c/$connectionId/${string}`
  label: string
  Icon: unknown
  controls: readonly Control[]
}[]

export type Page = (typeof PAGES)[number]

/** The page of an address; of a page below one, such as a single customer, the one above it. */
export function pageOf(pathname: string): Page | undefined {
  const path = pathname.split('/')[3]
  return PAGES.find((page) => page.path === path)
}

/** The controls that an address follows. A single customer is shown whole, whatever the list above is narrowed to. */
export function controlsOf(pathname: string): readonly Control[] {
  const page = pageOf(pathname)
  const isSingle = page?.path === 'customers' && pathname.split('/').length > 4
  return page === undefined || isSingle ? NONE : page.controls
}
