import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'

import type { SignUpPending } from '~/api/types'
import { VisitorPage } from '~/features/account/VisitorPage'
import { DemoLink } from '~/features/feedback/DemoLink'
import { useTitle } from '~/view/useTitle'

import { LinkSent } from './LinkSent'
import { ResendForm } from './ResendForm'
import { SignUpForm } from './SignUpForm'

/** For an account of one's own, with a workspace of its own. */
export function SignUpPage() {
  useTitle('Create an account')
  const navigate = useNavigate()
  const [pending, setPending] = useState<SignUpPending & { email: string }>()
  if (pending) {
    const { email, delivery, correction } = pending
    return (
      <VisitorPage below={<Help />} title="Confirm your email address">
        <LinkSent delivery={delivery} email={email} purpose="confirm your address and sign in" validFor="24 hours">
          <ResendForm correction={correction} email={email} onSent={(address) => setPending({ ...pending, email: address })} />
        </LinkSent>
      </VisitorPage>
    )
  }
  return (
    <VisitorPage
      below={
        <>
          <Link className="link" to="/login">
            I have an account
          </Link>
          <Help />
          <DemoLink />
        </>
      }
      lead="You get a workspace of your own. You can invite your team later."
      title="Create an account"
    >
      <SignUpForm
        code={null}
        email={null}
        onHasAccount={() => void navigate({ to: '/login' })}
        onPending={(account, answer) => setPending({ ...answer, email: account.email.trim() })}
      />
    </VisitorPage>
  )
}

function Help() {
  return (
    <Link className="link" params={{ page: 'create-an-account' }} to="/help/$page">
      Help with creating an account
    </Link>
  )
}
