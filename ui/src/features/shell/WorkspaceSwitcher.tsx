import { useNavigate } from '@tanstack/react-router'

import type { Workspace } from '~/api/types'
import { ChevronIcon, PlusIcon } from '~/components/icons'
import { MenuButton } from '~/components/Menu'
import { enterWorkspace } from '~/view/enterWorkspace'
import { ROLE } from '~/view/roles'
import { useMayCreateWorkspace } from '~/view/useMayCreateWorkspace'

const CREATE = 'create'

interface WorkspaceSwitcherProps {
  /** That of the page. */
  workspace: Workspace
  workspaces: readonly Workspace[]
}

/** See `WorkspaceChoice`. */
export default function WorkspaceSwitcher({ workspace, workspaces }: WorkspaceSwitcherProps) {
  const navigate = useNavigate()
  const mayCreate = useMayCreateWorkspace()
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
