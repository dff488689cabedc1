import { useMutation, useQueryClient } from '@tanstack/react-query'

import { api, failureText } from '~/api/client'
import { membersQuery } from '~/api/people'
import { sessionQuery } from '~/api/queries'
import type { Member, Workspace } from '~/api/types'
import { ConfirmDialog } from '~/components/ConfirmDialog'

interface Props {
  /** Whom it is about; nothing is asked without one. */
  member: Member | undefined
  workspace: Workspace
  onClose: () => void
}

/** What went wrong, with what to do about it. */
export const withAdvice = (error: Error | null) => error && new Error(failureText(error))

/** What both have in common: the member stays named while the dialog closes. */
function dialogOf({ member, onClose }: Props) {
  return {
    cancel: 'Cancel',
    isOpen: member !== undefined,
    onOpenChange: (isOpen: boolean) => {
      if (!isOpen) onClose()
    },
  }
}

export function RemoveMember({ path, ...props }: Props & { path: string | undefined }) {
  const { member, workspace, onClose } = props
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: (path: string) => api.delete(path),
    onSuccess: () => {
      onClose()
      return client.invalidateQueries({ queryKey: membersQuery.queryKey })
    },
  })
  return (
    <ConfirmDialog
      {...dialogOf(props)}
      confirm="Remove"
      error={withAdvice(remove.error)}
      failure="The member could not be removed"
      isPending={remove.isPending}
      title={`Remove ${member?.full_name ?? 'this member'}?`}
      onConfirm={() => path && remove.mutate(path)}
    >
      {member?.full_name} loses access to {workspace.name} immediately. They keep their account, and you can invite them again. API
      tokens that they created keep working until you revoke them.
    </ConfirmDialog>
  )
}

export function TransferWorkspace(props: Props) {
  const { member, workspace, onClose } = props
  const client = useQueryClient()
  const transfer = useMutation({
    mutationFn: (user_id: string) => api.post('/workspace/transfer', { user_id }),
    onSuccess: async () => {
      onClose()
      await Promise.all([membersQuery, sessionQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey })))
    },
  })
  return (
    <ConfirmDialog
      {...dialogOf(props)}
      confirm="Transfer ownership"
      error={withAdvice(transfer.error)}
      failure="Ownership could not be transferred"
      isPending={transfer.isPending}
      title={`Make ${member?.full_name ?? 'this member'} the owner?`}
      onConfirm={() => member && transfer.mutate(member.user_id)}
    >
      {member?.full_name} becomes the owner of {workspace.name}, and you become an admin. Only the new owner can reverse this.
    </ConfirmDialog>
  )
}
