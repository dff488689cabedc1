import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '~/api/client'
import { sessionQuery } from '~/api/queries'
import type { Member, Workspace } from '~/api/types'
import { Button } from '~/components/Button'
import { ConfirmDialog } from '~/components/ConfirmDialog'

import { withAdvice } from './confirm'

/** A workspace without an owner could never be managed again. */
const isLastOwner = (members: readonly Member[] | undefined, { role }: Workspace) =>
  role === 'owner' && members !== undefined && members.filter((one) => one.role === 'owner').length < 2

export function Leave({ workspace, members }: { workspace: Workspace; members: readonly Member[] | undefined }) {
  const [isOpen, setIsOpen] = useState(false)
  const client = useQueryClient()
  const leave = useMutation({
    mutationFn: () => api.post('/workspace/leave'),
    // The shell opens the next workspace, or says that there is none.
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  })
  const mustStay = isLastOwner(members, workspace)
  return (
    <section aria-label="Leave workspace" className="card flex flex-wrap items-center gap-3 p-5">
      <div className="min-w-0 flex-1 basis-64">
        <h2 className="font-medium">Leave {workspace.name}</h2>
        <p className="text-[0.8125rem] text-ink-soft">
          {mustStay
            ? 'You are the only owner. Make another member the owner before you leave.'
            : 'You lose access immediately. To come back, you need a new invitation.'}
        </p>
      </div>
      <Button isDisabled={mustStay} kind="danger" onPress={() => setIsOpen(true)}>
        Leave…
      </Button>
      <ConfirmDialog
        cancel="Cancel"
        confirm="Leave"
        error={withAdvice(leave.error)}
        failure="You are still a member"
        isOpen={isOpen}
        isPending={leave.isPending}
        title={`Leave ${workspace.name}?`}
        onConfirm={() => leave.mutate()}
        onOpenChange={setIsOpen}
      >
        You will no longer see its figures and customers. You keep your account.
      </ConfirmDialog>
    </section>
  )
}
