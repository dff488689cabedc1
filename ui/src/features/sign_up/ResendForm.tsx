import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { ApiError, api, failureText } from '~/api/client'
import { Button } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { countdownText, useCountdown } from '~/features/account/useCountdown'

interface ResendFormProps {
  email: string
  /** Of the answer to signing up: with it, the address can be corrected. Without it, the link goes to the address of the account only. */
  correction?: string
  onSent?: (email: string) => void
}

/** Sends the link to confirm an address again, to another one if the first was mistyped. */
export function ResendForm({ email, correction, onSent }: ResendFormProps) {
  const [address, setAddress] = useState(email)
  const [secondsLeft, begin] = useCountdown()
  const send = useMutation({
    mutationFn: () => {
      const request = { email: address.trim() }
      return correction === undefined
        ? api.post('/sign-up/resend', request)
        : api.post('/sign-up/correct-address', { ...request, correction })
    },
    onSuccess: () => {
      begin(60)
      onSent?.(address.trim())
    },
    onError: (error) => begin((error instanceof ApiError && error.problem.retry_after_s) || 0),
  })
  return (
    <form
      noValidate
      className="flex flex-col gap-3 border-t border-line pt-4 text-ink"
      onSubmit={(event) => {
        event.preventDefault()
        if (secondsLeft === 0) send.mutate()
      }}
    >
      {send.isSuccess && (
        <Banner title="Sent again" tone="good">
          {correction === undefined && 'If an account with this address has yet to be confirmed, it gets the link.'}
        </Banner>
      )}
      <TextField
        autoComplete="email"
        error={send.error ? failureText(send.error) : undefined}
        hint={correction === undefined ? 'The address that you signed up with.' : 'Correct it if you mistyped it.'}
        isRequired
        label="Email"
        name="email"
        type="email"
        value={address}
        onChange={setAddress}
      />
      <Button isDisabled={secondsLeft > 0} isPending={send.isPending} type="submit">
        {secondsLeft > 0 ? `Send again in ${countdownText(secondsLeft)}` : 'Send the link again'}
      </Button>
    </form>
  )
}
