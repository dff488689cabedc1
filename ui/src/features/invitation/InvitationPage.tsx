import { useQuery } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { ApiError } from '~/api/client'
import { offerQuery } from '~/api/people'
import { sessionQuery } from '~/api/queries'
import type { InvitationOffer } from '~/api/types'
import { buttonClass } from '~/components/Button'
import { ErrorState, SkeletonRows } from '~/components/Feedback'
import { VisitorPage } from '~/features/account/VisitorPage'
import { HelpLink } from '~/features/help/HelpLink'
import { formatInstant } from '~/format/date'
import { LOCAL_ZONE } from '~/format/zone'
import { asRole } from '~/view/roles'
import { useTitle } from '~/view/useTitle'

import { AcceptForm } from './AcceptForm'
import { Newcomer } from './Newcomer'

/** Where the link of an invitation leads. The code is in the address's fragment: it is sent in the body of requests only. */
export function InvitationPage() {
  useTitle('Invitation')
  const code = useLocation({ select: ({ hash }) => hash })
  if (code === '') {
    return (
      <Ended title="This link is incomplete">
        Copy the whole link from the message that you received, including everything after the # sign.
      </Ended>
    )
  }
  return <Invitation key={code} code={code} />
}

function Invitation({ code }: { code: string }) {
  const { data: session } = useQuery(sessionQuery)
  const offer = useQuery(offerQuery(code))
  if (offer.data) {
    return (
      <VisitorPage below={<Help />} lead={<Lead offer={offer.data} />} title={`Join ${offer.data.workspace_name}`}>
        {session ? <AcceptForm code={code} offer={offer.data} user={session.user} /> : <Newcomer code={code} offer={offer.data} />}
      </VisitorPage>
    )
  }
  if (offer.error instanceof ApiError && offer.error.code === 'invitation_ended') {
    return (
      <Ended title="This invitation has ended">
        It has expired, was already used, or was withdrawn. Ask the person who sent it for a new one.
      </Ended>
    )
  }
  return (
    <VisitorPage title="Invitation">
      {offer.error ? <ErrorState error={offer.error} onRetry={() => void offer.refetch()} /> : <SkeletonRows rows={4} />}
    </VisitorPage>
  )
}

function Lead({ offer: { invited_by, role, expires_at } }: { offer: InvitationOffer }) {
  return (
    <>
      <bdi className="font-medium text-ink">{invited_by}</bdi> invited you to join {asRole(role)}. The invitation expires{' '}
      {formatInstant(expires_at, LOCAL_ZONE)}.
    </>
  )
}

function Help() {
  return (
    <Link className="link" params={{ page: 'create-an-account' }} to="/help/$page">
      Help with invitations
    </Link>
  )
}

function Ended({ title, children }: { title: string; children: ReactNode }) {
  return (
    <VisitorPage below={<HelpLink about="endedInvitation">Help with invitations</HelpLink>} title={title}>
      <p className="text-sm text-ink-soft">{children}</p>
      <Link className={buttonClass('secondary', 'medium', 'mt-6 w-full')} to="/">
        Go to Chartsy
      </Link>
    </VisitorPage>
  )
}
