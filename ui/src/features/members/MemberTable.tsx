import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'

import { api, failureText } from '~/api/client'
import { membersQuery } from '~/api/people'
import type { Member, Role, Workspace } from '~/api/types'
import { iconButtonClass } from '~/components/Button'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { Badge, Banner } from '~/components/Feedback'
import { MoreIcon } from '~/components/icons'
import { MenuButton } from '~/components/Menu'
import { Select } from '~/components/Select'
import { formatInstantDay } from '~/format/date'
import { LOCAL_ZONE } from '~/format/zone'
import { ROLE, assignable } from '~/view/roles'

import { RemoveMember, TransferWorkspace } from './confirm'

const pathOf = ({ user_id }: Member) => `/members/${encodeURIComponent(user_id)}`

/** On one line; a long one is shown whole to a reader who points at it. */
function Clipped({ text, className }: { text: string; className: string }) {
  return (
    <bdi className={`block truncate ${className}`} title={text}>
      {text}
    </bdi>
  )
}

function Name({ member, isReader }: { member: Member; isReader: boolean }) {
  return (
    <span className="block min-w-0">
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <bdi className="font-medium wrap-anywhere">{member.full_name}</bdi>
        {isReader && <Badge>You</Badge>}
        {member.is_locked && (
          <Badge title="The person who runs this server has locked this account." tone="warn">
            Locked
          </Badge>
        )}
      </span>
      <Clipped className="max-w-32 text-[0.8125rem] text-ink-soft md:hidden" text={member.email} />
    </span>
  )
}

interface MemberTableProps {
  members: readonly Member[]
  /** The reader's. */
  userId: string
  workspace: Workspace
}

/** Everybody in the workspace. Readers change the roles of others as far as their own role allows, never their own. */
export function MemberTable({ members, userId, workspace }: MemberTableProps) {
  const [leaving, setLeaving] = useState<Member>()
  const [heir, setHeir] = useState<Member>()
  const client = useQueryClient()
  const { mutate: setRole, error } = useMutation({
    mutationFn: ({ member, role }: { member: Member; role: Role }) => api.patch(pathOf(member), { role }),
    onSettled: () => client.invalidateQueries({ queryKey: membersQuery.queryKey }),
  })
  const columns = useMemo(() => {
    const roles = assignable(workspace.role)
    const mayChange = (member: Member) => member.user_id !== userId && roles.includes(member.role)
    const options = roles.map((id) => ({ id, ...ROLE[id] }))
    const all: (Column<Member> | false)[] = [
      {
        id: 'name',
        header: 'Name',
        sortBy: (member) => member.full_name.toLowerCase(),
        cell: (member) => <Name isReader={member.user_id === userId} member={member} />,
      },
      { id: 'username', header: 'Username', isWideOnly: true, sortBy: ({ username }) => username.toLowerCase(), cell: ({ username }) => <Clipped className="max-w-40" text={username} /> },
      { id: 'email', header: 'Email', isWideOnly: true, sortBy: ({ email }) => email.toLowerCase(), cell: ({ email }) => <Clipped className="max-w-64" text={email} /> },
      {
        id: 'role',
        header: 'Role',
        cell: (member) =>
          mayChange(member) ? (
            <Select
              className="w-36"
              isBare
              label={`is the role of ${member.full_name}`}
              options={options}
              value={member.role}
              onChange={(role) => setRole({ member, role })}
            />
          ) : (
            <span className="flex h-9 items-center">{ROLE[member.role].label}</span>
          ),
      },
      {
        id: 'joined',
        header: 'Joined',
        isWideOnly: true,
        sortBy: ({ joined_at }) => joined_at,
        cell: ({ joined_at }) => <span className="num whitespace-nowrap">{formatInstantDay(joined_at, LOCAL_ZONE)}</span>,
      },
      roles.length > 0 && members.length > 1 && {
        id: 'actions',
        header: '',
        width: '3rem',
        cell: (member) =>
          mayChange(member) && (
            <MenuButton
              className={iconButtonClass()}
              entries={[
                ...(workspace.role === 'owner' && member.role !== 'owner' ? [{ id: 'transfer', text: 'Make owner…' }] : []),
                { id: 'remove', text: 'Remove…' },
              ]}
              label={`Actions for ${member.full_name}`}
              onAction={(id) => (id === 'remove' ? setLeaving(member) : setHeir(member))}
            >
              <MoreIcon />
            </MenuButton>
          ),
      },
    ]
    return all.filter((column) => column !== false)
  }, [members.length, setRole, userId, workspace.role])
  return (
    <>
      {error && (
        <div className="px-4 pb-2 sm:px-5">
          <Banner title="The role could not be changed" tone="danger">
            {failureText(error)}
          </Banner>
        </div>
      )}
      <DataTable columns={columns} label="Members" rowKey={({ user_id }) => user_id} rows={members} />
      <RemoveMember member={leaving} path={leaving && pathOf(leaving)} workspace={workspace} onClose={() => setLeaving(undefined)} />
      <TransferWorkspace member={heir} workspace={workspace} onClose={() => setHeir(undefined)} />
    </>
  )
}
