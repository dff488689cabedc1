import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { ApiError, api, failureText } from '~/api/client'
import { connectionsQuery, sessionQuery } from '~/api/queries'
import type { Workspace } from '~/api/types'
import { AskAdmin } from '~/components/AskAdmin'
import { Button, buttonClass } from '~/components/Button'
import { ConfirmForm } from '~/components/ConfirmDialog'
import { TextField } from '~/components/Field'
import { NameForm } from '~/components/NameForm'
import { Dialog } from '~/components/Overlay'
import { SettingsFrame } from '~/features/settings/SettingsFrame'
import { countOf } from '~/format/number'
import { isTogether } from '~/view/together'
import { may } from '~/view/roles'
import { useMayCreateWorkspace } from '~/view/useMayCreateWorkspace'
import { useTitle } from '~/view/useTitle'

import { RequireTwoFactor } from './RequireTwoFactor'
import { SignOnRules } from './SignOnRules'

export function WorkspacePage() {
  const { data: session } = useQuery(sessionQuery)
  const mayCreate = useMayCreateWorkspace()
  const workspace = session?.workspace
  useTitle('Workspace', workspace?.name)
  if (!workspace) return null
  return (
    <SettingsFrame
      action={
        mayCreate && (
          <Link className={buttonClass()} to="/workspaces/new">
            Create another workspace
          </Link>
        )
      }
      lead="Connections, members and tokens belong to the workspace."
      title="Workspace"
    >
      {may(workspace.role, 'manage') ? (
        <>
          <section aria-label="Workspace" className="card flex flex-col gap-6 p-5">
            <Rename key={workspace.name} workspace={workspace} />
            <RequireTwoFactor workspace={workspace} />
            {may(workspace.role, 'own') && <Delete workspace={workspace} />}
          </section>
          <SignOnRules mayChange={may(workspace.role, 'own')} />
        </>
      ) : (
        <AskAdmin title="Only owners and admins can change the workspace" />
      )}
    </SettingsFrame>
  )
}

function Rename({ workspace }: { workspace: Workspace }) {
  const client = useQueryClient()
  const save = async (name: string) => {
    await api.patch<Workspace>('/workspace', { name })
    await client.invalidateQueries({ queryKey: sessionQuery.queryKey })
  }
  return <NameForm label="Name" maxLength={100} name={workspace.name} save={save} submit="Rename" />
}

/** A server always has a workspace. */
const refusalOf = (error: Error) =>
  error instanceof ApiError && error.code === 'workspace_in_use'
    ? 'This is the only workspace on this server. Create another one before you delete it.'
    : failureText(error)

function Delete({ workspace }: { workspace: Workspace }) {
  const [isOpen, setIsOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const { data: all = [] } = useQuery(connectionsQuery)
  const connections = all.filter((one) => !isTogether(one))
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => api.delete('/workspace'),
    // The shell opens another workspace.
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  })
  return (
    <div className="flex flex-wrap items-center gap-3 border-t border-line pt-5">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium">Delete workspace</p>
        <p className="text-[0.8125rem] text-ink-soft">
          Immediately deletes its connections, all imported data, its tokens and its members’ access.
        </p>
      </div>
      <Button kind="danger" onPress={() => setIsOpen(true)}>
        Delete…
      </Button>
      <Dialog isOpen={isOpen} title={`Delete ${workspace.name}?`} onOpenChange={setIsOpen}>
        <ConfirmForm
          below={
            <TextField
              error={remove.error ? refusalOf(remove.error) : undefined}
              label={`Type “${workspace.name}” to confirm`}
              value={typed}
              onChange={setTyped}
            />
          }
          cancel="Cancel"
          confirm="Delete permanently"
          isDisabled={typed !== workspace.name}
          isPending={remove.isPending}
          onCancel={() => setIsOpen(false)}
          onConfirm={() => remove.mutate()}
        >
          {connections.length > 0 ? `${countOf(connections.length, 'connection')} with all imported data and figures, ` : 'Its '}
          settings, rates and API tokens are deleted from this machine and can’t be restored. Its members keep their accounts.
        </ConfirmForm>
      </Dialog>
    </div>
  )
}
