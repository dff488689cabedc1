import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'

import { sessionQuery } from '~/api/queries'
import { ChevronIcon, PlusIcon } from '~/components/icons'
import { MenuButton } from '~/components/Menu'
import { enterWorkspace } from '~/view/enterWorkspace'
import { ROLE } from '~/view/roles'
import { useMayCreateWorkspace } from '~/view/useMayCreateWorkspace'

const CREATE = 'create'

/** Only for a reader who belongs to several. */
export function WorkspaceSwitcher() {
  const { data: session } = useQuery(sessionQuery)
  const navigate = useNavigate()
  const mayCreate = useMayCreateWorkspace()
  if (!session?.workspace || session.workspaces.length < 2) return null
  const { workspace, workspaces } = session
  const entries = workspaces.map(({ id, name, role }) => ({
    id,
    text: name,
    content: (
      <span className="block min-w-0">
        <bdi className={`block truncate ${id === workspace.id ? 'font-semibold' : ''}`}>{name}</bdi>
        <span className="block text-xs text-ink-soft">{ROLE[role].label}</span>
      </span>
    ),
  }))
  const create = {
    id: CREATE,
    text: 'Create workspace',
    isApart: true,
    content: (
      <span className="flex items-center gap-2">
        <PlusIcon /> Create workspace
      </span>
    ),
  }
  const open = (id: string) => {
    if (id === CREATE) void navigate({ to: '/workspaces/new' })
    else if (id !== workspace.id) enterWorkspace(id)
  }
  return (
    <MenuButton
      hasText
      className="flex h-9 w-full items-center gap-2 rounded-lg border border-line px-2.5 text-left hover:bg-hover"
      entries={mayCreate ? [...entries, create] : entries}
      label="Workspace"
      menuClassName="w-64"
      onAction={open}
    >
      <span className="sr-only">Workspace: </span>
      <bdi className="min-w-0 flex-1 truncate text-sm font-medium">{workspace.name}</bdi>
      <ChevronIcon className="size-4 text-ink-faint" />
    </MenuButton>
  )
}
