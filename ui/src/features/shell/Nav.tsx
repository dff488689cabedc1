import { Link } from '@tanstack/react-router'

import { ChartIcon, MovesIcon, PeopleIcon, ScaleIcon, SettingsIcon, SyncIcon } from '~/components/icons'
import { keptSearch } from '~/view/useView'

import { useCurrentConnection } from './useCurrentConnection'

const PAGES = [
  { to: '/c/$connectionId/mrr', label: 'MRR Breakdown', Icon: ChartIcon },
  { to: '/c/$connectionId/movements', label: 'Movements', Icon: MovesIcon },
  { to: '/c/$connectionId/customers', label: 'Customers', Icon: PeopleIcon },
  { to: '/c/$connectionId/reconcile', label: 'Reconcile', Icon: ScaleIcon },
  { to: '/c/$connectionId/sync', label: 'Sync', Icon: SyncIcon },
  { to: '/c/$connectionId/settings', label: 'Settings', Icon: SettingsIcon },
] as const

export function Nav() {
  const connection = useCurrentConnection()
  if (!connection) return null
  return (
    <nav aria-label="Pages">
      <ul className="flex flex-col gap-0.5">
        {PAGES.map(({ to, label, Icon }) => (
          <li key={to}>
            <Link
              activeProps={{ className: 'bg-hover font-medium text-ink!' }}
              className="flex h-9 items-center gap-2.5 rounded-lg px-2.5 text-sm text-ink-soft hover:bg-hover hover:text-ink"
              params={{ connectionId: connection.id }}
              search={keptSearch}
              to={to}
            >
              <Icon className="size-4.5" />
              {label}
              {to.endsWith('/sync') && connection.state === 'failed' && (
                <span className="ml-auto rounded-md bg-danger-soft px-1.5 text-xs font-medium text-danger">Failed</span>
              )}
              {to.endsWith('/sync') && connection.state === 'loading' && (
                <span className="ml-auto text-xs text-ink-faint">Loading</span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
