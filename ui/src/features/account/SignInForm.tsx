import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { ApiError, api } from '~/api/client'
import type { Session } from '~/api/types'
import { Button } from '~/components/Button'
import { TextField } from '~/components/Field'
import { ResendForm } from '~/features/sign_up/ResendForm'

import type { Refusal } from './Refusal'
import { Refused } from './Refusal'
import { countdownText, useCountdown } from './useCountdown'
import { useEnter } from './useEnter'

/** A wrong password, a locked account and too many attempts are different things. */
function refusalOf(error: Error): Refusal {
  const code = error instanceof ApiError ? error.code : undefined
  if (code === 'login_wrong') {
    return {
      title: 'Wrong username or password',
      advice: 'Check both and try again. If you forgot your password, use “Forgot your password?” on the sign-in page.',
    }
  }
  if (code === 'account_locked') {
    return {
      title: 'This account is locked',
      advice: 'Your password is correct. The person who runs this server can unlock the account with “chartsy user unlock”.',
    }
  }
  if (code === 'too_many_tries') {
    return {
      title: 'Too many failed attempts',
      advice: 'You can try again when the countdown ends. If you forgot your password, use “Forgot your password?” on the sign-in page.',
    }
  }
  if (code === 'code_wrong') {
    return { title: 'Wrong code', advice: 'Each code works once. Wait for the next one, or use a recovery code.' }
  }
  const advice = error instanceof ApiError ? error.problem.action : undefined
  return { title: error.message, advice: advice ?? 'Try again in a moment.' }
}

/** So is that of an account whose address has not been confirmed: nobody must learn from it whether the address has another account. */
const mayBeUnconfirmed = (error: Error | null) => error instanceof ApiError && error.code === 'login_wrong'

/** The password was right, and the account has two-factor sign-in. */
const isCodeNeeded = (error: Error) => error instanceof ApiError && error.code === 'two_factor_needed'

export function SignInForm({ onSignedIn }: { onSignedIn: () => void }) {
  const enter = useEnter(onSignedIn)
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState<string>()
  const [isResending, setIsResending] = useState(false)
  const [secondsLeft, begin] = useCountdown()
  const signIn = useMutation({
    mutationFn: () => api.post<Session>('/session', { login, password, ...(code === undefined ? {} : { code: code.trim() }) }),
    onSuccess: enter,
    onError: (error) => {
      begin((error instanceof ApiError && error.problem.retry_after_s) || 0)
      if (isCodeNeeded(error)) setCode('')
    },
  })
  const startOver = () => {
    setCode(undefined)
    setPassword('')
    signIn.reset()
  }
  if (isResending) {
    return (
      <div className="flex flex-col gap-4 text-sm text-ink-soft">
        <p>Before you sign in for the first time, open the link that was sent to your email address. You can have it sent again.</p>
        <ResendForm email={login.includes('@') ? login.trim() : ''} />
        <Button
          kind="quiet"
          onPress={() => {
            setIsResending(false)
            startOver()
          }}
        >
          Back to sign in
        </Button>
      </div>
    )
  }
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (secondsLeft === 0) signIn.mutate()
      }}
    >
      {signIn.error && !isCodeNeeded(signIn.error) && <Refused {...refusalOf(signIn.error)} />}
      {mayBeUnconfirmed(signIn.error) && (
        <p className="text-sm text-ink-soft">
          Just signed up? Confirm your email address first.{' '}
          <button className="link" type="button" onClick={() => setIsResending(true)}>
            Send the link again
          </button>
        </p>
      )}
      {code === undefined ? (
        <>
          <TextField autoComplete="username" isRequired label="Username or email" name="login" value={login} onChange={setLogin} />
          <TextField
            autoComplete="current-password"
            isRequired
            label="Password"
            name="password"
            type="password"
            value={password}
            onChange={setPassword}
          />
        </>
      ) : (
        <TextField
          autoComplete="one-time-code"
          // It takes the place of the field that was used last.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          hint="From your authenticator app, or one of your recovery codes."
          isMono
          isRequired
          label="Code"
          name="code"
          value={code}
          onChange={setCode}
        />
      )}
      <Button isDisabled={secondsLeft > 0} isPending={signIn.isPending} kind="primary" type="submit">
        {secondsLeft > 0 ? `Try again in ${countdownText(secondsLeft)}` : 'Sign in'}
      </Button>
      {code !== undefined && (
        <Button kind="quiet" onPress={startOver}>
          Use another account
        </Button>
      )}
    </form>
  )
}
