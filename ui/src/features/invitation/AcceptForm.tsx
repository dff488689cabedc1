import { useMutation } from '@tanstack/react-query'

import { ApiError, api, failureText } from '~/api/client'
import type { InvitationOffer, User, Workspace } from '~/api/types'
import { Button } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { useSignOut } from '~/features/account/useSignOut'
import { HelpLink } from '~/features/help/HelpLink'
import { enterWorkspace } from '~/view/enterWorkspace'

interface AcceptFormProps {
  code: string
  offer: InvitationOffer
  /** Who is signed in. */
  user: User
}

/** For somebody who is signed in: one click, unless the invitation is for another address. */
export function AcceptForm({ code, offer, user }: AcceptFormProps) {
  const signOut = useSignOut()
  const accept = useMutation({
    mutationFn: () => api.post<Workspace>('/invitations/accept', { code }),
    onSuccess: ({ id }) => enterWorkspace(id),
  })
  const isForOther = offer.email !== null && offer.email.toLowerCase() !== user.email.toLowerCase()
  const isMember = accept.error instanceof ApiError && accept.error.code === 'already_member'
  return (
    <div className="flex flex-col gap-4">
      {isForOther && (
        <Banner action={<HelpLink about="otherInvitation">What to do</HelpLink>} title="This invitation is for somebody else" tone="warn">
          It was sent to <bdi className="font-medium text-ink">{offer.email}</bdi>, and you are signed in as{' '}
          <bdi className="font-medium text-ink">{user.email}</bdi>. Sign in with the other account, or ask for an invitation to your
          address.
        </Banner>
      )}
      {accept.error && (
        <Banner title={isMember ? 'You are already a member' : 'You could not join'} tone={isMember ? 'info' : 'danger'}>
          {isMember ? `Open ${offer.workspace_name} from the start page.` : failureText(accept.error)}
        </Banner>
      )}
      {!isForOther && (
        <>
          <p className="text-sm text-ink-soft">
            You are signed in as <bdi className="font-medium text-ink">{user.full_name}</bdi> (<bdi>{user.email}</bdi>).
          </p>
          {isMember ? (
            <Button kind="primary" onPress={() => window.location.assign('/')}>
              Go to Chartsy
            </Button>
          ) : (
            <Button isPending={accept.isPending || accept.isSuccess} kind="primary" onPress={() => accept.mutate()}>
              Join {offer.workspace_name}
            </Button>
          )}
        </>
      )}
      <Button kind={isForOther ? 'primary' : 'quiet'} onPress={() => void signOut().then(() => window.location.reload())}>
        Use another account
      </Button>
    </div>
  )
}
