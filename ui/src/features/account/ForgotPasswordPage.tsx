import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { ApiError, api, failureText } from '~/api/client'
import type { SignUpPending } from '~/api/types'
import { Button } from '~/components/Button'
import { TextField } from '~/components/Field'
import { LinkSent } from '~/features/sign_up/LinkSent'
import { useTitle } from '~/view/useTitle'

import { countdownText, useCountdown } from './useCountdown'
import { VisitorPage } from './VisitorPage'

/** Asks for a link to choose a new password. Whether the address has an account is said by mail alone. */
export function ForgotPasswordPage() {
  useTitle('Forgot your password?')
  const [email, setEmail] = useState('')
  const [secondsLeft, begin] = useCountdown()
  const request = useMutation({
    mutationFn: (address: string) => api.post<Pick<SignUpPending, 'delivery'>>('/password-reset', { email: address }),
    onError: (error) => begin((error instanceof ApiError && error.problem.retry_after_s) || 0),
  })
  const below = (
    <>
      <Link className="link" to="/login">
        Back to sign in
      </Link>
      <Link className="link" params={{ page: 'sign-in-help' }} to="/help/$page">
        More help
      </Link>
    </>
  )
  if (request.data) {
    return (
      <VisitorPage below={below} title={request.data.delivery === 'mail' ? 'Check your email' : 'Ask for your link'}>
        <LinkSent delivery={request.data.delivery} email={request.variables ?? email} purpose="choose a new password" validFor="one hour">
          <Button onPress={() => request.reset()}>Try another address</Button>
        </LinkSent>
      </VisitorPage>
    )
  }
  return (
    <VisitorPage below={below} lead="Enter your account’s email address to get a link for choosing a new password." title="Forgot your password?">
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (secondsLeft === 0) request.mutate(email.trim())
        }}
      >
        <TextField
          autoComplete="email"
          error={request.error ? failureText(request.error) : undefined}
          isRequired
          label="Email"
          name="email"
          type="email"
          value={email}
          onChange={setEmail}
        />
        <Button isDisabled={secondsLeft > 0} isPending={request.isPending} kind="primary" type="submit">
          {secondsLeft > 0 ? `Try again in ${countdownText(secondsLeft)}` : 'Send link'}
        </Button>
      </form>
    </VisitorPage>
  )
}
