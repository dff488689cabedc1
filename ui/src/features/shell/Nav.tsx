import { Link, useLocation } from '@tanstack/react-router'

import { SettingsIcon } from '~/components/icons'
import { PAGES } from '~/view/pages'
import { keptSearch } from '~/view/useView'

import { useCurrentConnection } from './useCurrentConnection'

const ENTRY = 'flex h-9 items-center gap-2.5 rounded-lg px-2.5 text-sm text-ink-soft hover:bg-hover hover:text-ink'
const ACTIVE = { className: 'bg-hover font-medium text-ink!' }

export function Nav() {
  const connection = useCurrentConnection()
  const isInSettings = useLocation({ select: ({ pathname }) => pathname.startsWith('/settings') })
  if (!connection) {
    return (
      <nav aria-label="Pages">
        <Link activeProps={ACTIVE} className={ENTRY} to="/settings/members">
          <SettingsIcon className="size-4.5" />
          Settings
        </Link>
      </nav>
    )
  }
  return (
    <nav aria-label="Pages">
      <ul className="flex flex-col gap-0.5">
        {PAGES.map(({ path, to, label, Icon }) => (
          <li key={to}>
            <Link
              activeProps={ACTIVE}
              className={isInSettings && path === 'settings' ? `${ENTRY} ${ACTIVE.className}` : ENTRY}
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
