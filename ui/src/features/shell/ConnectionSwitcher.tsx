import { useQuery } from '@tanstack/react-query'
import { useNavigate, useRouterState } from '@tanstack/react-router'

import { connectionsQuery } from '~/api/queries'
import { Badge } from '~/components/Feedback'
import { ChevronIcon, PlusIcon } from '~/components/icons'
import { MenuButton } from '~/components/Menu'
import { pageOf } from '~/view/pages'
import { isTogether } from '~/view/together'
import { useMay } from '~/view/useMay'

import { useCurrentConnection } from './useCurrentConnection'

export function ConnectionSwitcher() {
  const { data: connections = [] } = useQuery(connectionsQuery)
  const pathname = useRouterState({ select: (state) => state.location.pathname })
  const navigate = useNavigate()
  const mayConnect = useMay('manage')
  const current = useCurrentConnection()
  // What is all of the others stands before them.
  const entries = connections.toSorted((a, b) => Number(isTogether(b)) - Number(isTogether(a))).map((connection) => ({
    id: connection.id,
    text: connection.name,
    content: (
      <span className="flex items-center gap-2">
        <bdi className={`min-w-0 flex-1 truncate ${connection.id === current?.id ? 'font-semibold' : ''}`}>{connection.name}</bdi>
        {connection.is_test_mode && <Badge tone="warn">Test</Badge>}
        {connection.state === 'failed' && <Badge tone="danger">Failed</Badge>}
      </span>
    ),
  }))
  const connect = {
    id: 'connect',
    text: 'Connect another account',
    isApart: true,
    content: (
      <span className="flex items-center gap-2">
        <PlusIcon /> Connect another account
      </span>
    ),
  }
  // Nothing to choose from.
  if (connections.length === 0) return null
  return (
    <MenuButton
      hasText
      className="flex h-9 w-full items-center gap-2 rounded-lg border border-line px-2.5 text-left hover:bg-hover"
      entries={mayConnect ? [...entries, connect] : entries}
      label="Connection"
      menuClassName="w-64"
      onAction={(id) => {
        if (id === 'connect') void navigate({ to: '/connect' })
        // The page stays; what narrows it down belongs to the account that is left.
        else void navigate({ to: pageOf(pathname)?.to ?? '/c/$connectionId/mrr', params: { connectionId: id } })
      }}
    >
      <span className="sr-only">Connection: </span>
      <bdi className="min-w-0 flex-1 truncate text-sm font-medium" title={current?.name}>{current?.name ?? 'Choose a connection'}</bdi>
      <ChevronIcon className="size-4 text-ink-faint" />
    </MenuButton>
  )
}
