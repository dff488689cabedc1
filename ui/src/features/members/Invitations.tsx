import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, failureText } from '~/api/client'
import { invitationsQuery } from '~/api/people'
import type { CreatedInvitation, Invitation, Role } from '~/api/types'
import { Button } from '~/components/Button'
import { CopyButton } from '~/components/CopyButton'
import { Badge, Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { Select } from '~/components/Select'
import { formatInstant } from '~/format/date'
import { LOCAL_ZONE } from '~/format/zone'
import { ROLE, asRole, assignable } from '~/view/roles'
import { useRole } from '~/view/useMay'

/** The code is in the fragment, which browsers don't send: it is in no server's log. */
const linkOf = (code: string) => `${window.location.origin}/invitation#${code}`

const nameOf = ({ email }: Pick<Invitation, 'email'>) => email ?? 'Anyone with the link'

/** Who has been invited and has not joined yet. */
export function Invitations() {
  const client = useQueryClient()
  const invitations = useQuery(invitationsQuery)
  const refresh = () => client.invalidateQueries({ queryKey: invitationsQuery.queryKey })
  return (
    <section aria-label="Invitations" className="card flex flex-col gap-4 p-5">
      <div>
        <h2 className="text-lg font-semibold">Invitations</h2>
        <p className="text-sm text-ink-soft">
          An invitation is a link that works once, for seven days. The person who opens it creates an account or joins with an existing one.
        </p>
      </div>
      <Invite open={invitations.data} onInvited={refresh} />
      {invitations.error && !invitations.data && <ErrorState error={invitations.error} onRetry={() => void invitations.refetch()} />}
      {!invitations.data && !invitations.error && <SkeletonRows rows={2} />}
      {invitations.data && <InvitationList invitations={invitations.data} onChange={refresh} />}
    </section>
  )
}

function Invite({ open, onInvited }: { open: readonly Invitation[] | undefined; onInvited: () => Promise<unknown> }) {
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  const roles = assignable(useRole())
  const invite = useMutation({
    mutationFn: () => api.post<CreatedInvitation>('/invitations', { role, ...(email.trim() ? { email: email.trim() } : {}) }),
    onSuccess: () => {
      setEmail('')
      return onInvited()
    },
  })
  // A link that was withdrawn or used is of no use to anybody.
  const created = open?.some(({ id }) => id === invite.data?.id) ? invite.data : undefined
  return (
    <>
      <form
        noValidate
        className="flex flex-wrap items-start gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          invite.mutate()
        }}
      >
        <TextField
          autoComplete="off"
          className="min-w-0 flex-1 basis-64"
          error={invite.error ? failureText(invite.error) : undefined}
          hint="Leave empty for a link that anyone can use once."
          label="Email (optional)"
          type="email"
          value={email}
          onChange={setEmail}
        />
        <Select
          className="w-full sm:w-44"
          label="Role"
          options={roles.map((id) => ({ id, ...ROLE[id] }))}
          value={role}
          onChange={setRole}
        />
        <Button className="sm:mt-[1.625rem]" isPending={invite.isPending} type="submit">
          Create invitation
        </Button>
      </form>
      {created && <Created created={created} />}
    </>
  )
}

/** What was mailed is known to its reader alone: so it proves that the address is theirs. */
function Created({ created: { code, email, role } }: { created: CreatedInvitation }) {
  const who = email ? (
    <>
      Only <bdi className="font-medium">{email}</bdi> can use it, to join {asRole(role)}.
    </>
  ) : (
    `The first person to use it joins ${asRole(role)}.`
  )
  if (code === null) {
    return (
      <Banner title="Invitation sent" tone="good">
        <p>{who} If the email doesn’t arrive, check the address and invite them again.</p>
      </Banner>
    )
  }
  return (
    <Banner action={<CopyButton text={linkOf(code)} />} title="Copy the link now. It won’t be shown again." tone="good">
      <p>{who}</p>
      <code className="font-mono text-ink break-all">{linkOf(code)}</code>
    </Banner>
  )
}

function InvitationList({ invitations, onChange }: { invitations: readonly Invitation[]; onChange: () => Promise<unknown> }) {
  const withdraw = useMutation({
    mutationFn: (id: string) => api.delete(`/invitations/${encodeURIComponent(id)}`),
    onSettled: onChange,
  })
  if (invitations.length === 0) return <p className="text-sm text-ink-soft">No open invitations.</p>
  return (
    <>
      {withdraw.error && (
        <Banner title="The invitation could not be withdrawn" tone="danger">
          {failureText(withdraw.error)}
        </Banner>
      )}
      <ul aria-label="Open invitations" className="divide-y divide-line border-t border-line">
        {invitations.map((invitation) => (
          <li key={invitation.id} className="flex flex-wrap items-center gap-3 py-2.5 text-sm">
            <span className="min-w-0 flex-1 basis-52">
              <span className="flex flex-wrap items-center gap-2">
                <bdi className="font-medium">{nameOf(invitation)}</bdi>
                <Badge>{ROLE[invitation.role].label}</Badge>
                {invitation.is_expired && <Badge tone="warn">Expired</Badge>}
              </span>
              <span className="block text-[0.8125rem] text-ink-soft">
                Invited by <bdi>{invitation.invited_by}</bdi>, {invitation.is_expired ? 'expired' : 'expires'}{' '}
                {formatInstant(invitation.expires_at, LOCAL_ZONE)}
              </span>
            </span>
            <Button
              aria-label={`${invitation.is_expired ? 'Delete' : 'Withdraw'} the invitation for ${nameOf(invitation)}`}
              isDisabled={withdraw.isPending}
              kind="danger"
              size="small"
              onPress={() => withdraw.mutate(invitation.id)}
            >
              {invitation.is_expired ? 'Delete' : 'Withdraw'}
            </Button>
          </li>
        ))}
      </ul>
    </>
  )
}
