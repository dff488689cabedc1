import { Link } from '@tanstack/react-router'

import { PAGES } from '~/view/pages'
import { keptSearch } from '~/view/useView'

import { useCurrentConnection } from './useCurrentConnection'

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
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
