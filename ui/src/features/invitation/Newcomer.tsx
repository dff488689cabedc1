import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { setupQuery } from '~/api/queries'
import type { InvitationOffer, SignUpPending } from '~/api/types'
import { Segmented } from '~/components/Segmented'
import { SignInForm } from '~/features/account/SignInForm'
import { LinkSent } from '~/features/sign_up/LinkSent'
import { ResendForm } from '~/features/sign_up/ResendForm'
import { SignUpForm } from '~/features/sign_up/SignUpForm'

const WAYS = [
  { id: 'create' as const, label: 'Create account' },
  { id: 'sign-in' as const, label: 'I have an account' },
]

/** For somebody who is not signed in. Whoever signs in here comes back to the invitation. */
export function Newcomer({ code, offer }: { code: string; offer: InvitationOffer }) {
  const { data: setup } = useQuery(setupQuery)
  const [way, setWay] = useState<(typeof WAYS)[number]['id']>('create')
  const [pending, setPending] = useState<SignUpPending & { email: string }>()
  // The page shows who is signed in by itself.
  const signIn = <SignInForm onSignedIn={() => undefined} />
  if (setup?.sign_up === 'closed') {
    return (
      <div className="flex flex-col gap-4">
        <p className="text-sm text-ink-soft">This server doesn’t accept new accounts. Sign in with an existing account.</p>
        {signIn}
      </div>
    )
  }
  // Anybody may have the link: whoever signs up with it proves their address first.
  if (pending) {
    const { email, delivery, correction } = pending
    return (
      <LinkSent delivery={delivery} email={email} purpose="confirm your address and join" validFor="24 hours">
        <ResendForm correction={correction} email={email} onSent={(address) => setPending({ ...pending, email: address })} />
      </LinkSent>
    )
  }
  return (
    <div className="flex flex-col gap-5">
      <Segmented className="w-full *:flex-1" label="Account" options={WAYS} value={way} onChange={setWay} />
      {way === 'create' ? (
        <SignUpForm
          code={code}
          email={offer.email}
          onHasAccount={() => setWay('sign-in')}
          onPending={(account, answer) => setPending({ ...answer, email: account.email.trim() })}
        />
      ) : signIn}
    </div>
  )
}
