import { useQuery } from '@tanstack/react-query'
import { useNavigate, useRouterState } from '@tanstack/react-router'
import { Button } from 'react-aria-components'

import { connectionsQuery } from '~/api/queries'
import { Badge } from '~/components/Feedback'
import { ChevronIcon, PlusIcon } from '~/components/icons'
import { Menu, MenuItem, MenuSeparator, MenuTrigger } from '~/components/Menu'

import { useCurrentConnection } from './useCurrentConnection'

/** Switching connections keeps the page, if both have it. */
function samePage(pathname: string): 'mrr' | 'movements' | 'customers' | 'reconcile' | 'sync' | 'settings' {
  const page = pathname.split('/')[3]
  const pages = ['mrr', 'movements', 'customers', 'reconcile', 'sync', 'settings'] as const
  return pages.find((one) => one === page) ?? 'mrr'
}

export function ConnectionSwitcher() {
  const { data: connections = [] } = useQuery(connectionsQuery)
  const pathname = useRouterState({ select: (state) => state.location.pathname })
  const navigate = useNavigate()
  const current = useCurrentConnection()
  return (
    <MenuTrigger>
      <Button className="flex h-11 w-full items-center gap-2 rounded-lg border border-line px-2.5 text-left hover:bg-hover">
        <span className="sr-only">Connection: </span>
        <bdi className="min-w-0 flex-1 truncate text-sm font-medium">{current?.name ?? 'Choose a connection'}</bdi>
        {current?.is_test_mode && <Badge tone="warn">Test mode</Badge>}
        <ChevronIcon className="size-4 text-ink-faint" />
      </Button>
      <Menu
        className="w-64"
        onAction={(key) => {
          if (key === 'connect') void navigate({ to: '/connect' })
          else void navigate({ to: `/c/$connectionId/${samePage(pathname)}`, params: { connectionId: String(key) } })
        }}
      >
        {connections.map((connection) => (
          <MenuItem key={connection.id} id={connection.id} textValue={connection.name}>
            <span className="flex items-center gap-2">
              <bdi className={`min-w-0 flex-1 truncate ${connection.id === current?.id ? 'font-semibold' : ''}`}>
                {connection.name}
              </bdi>
              {connection.is_test_mode && <Badge tone="warn">Test</Badge>}
              {connection.state === 'failed' && <Badge tone="danger">Failed</Badge>}
            </span>
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem id="connect" textValue="Connect another account">
          <span className="flex items-center gap-2">
            <PlusIcon /> Connect another account
          </span>
        </MenuItem>
      </Menu>
    </MenuTrigger>
  )
}
