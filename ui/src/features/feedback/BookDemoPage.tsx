import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { ApiError, api, failureText } from '~/api/client'
import { Button } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { enteredFields } from '~/components/enteredFields'
import { TextArea } from '~/components/TextArea'
import { VisitorPage } from '~/features/account/VisitorPage'
import { countdownText, useCountdown } from '~/features/account/useCountdown'
import { useTitle } from '~/view/useTitle'

const EMPTY = { full_name: '', email: '', text: '' }
type Entered = typeof EMPTY

/** A visitor asks the people who run the server for a demo. */
export function BookDemoPage() {
  useTitle('Book a demo')
  const [form, setForm] = useState(EMPTY)
  const [secondsLeft, begin] = useCountdown()
  const send = useMutation({
    mutationFn: (entered: Entered) => api.post('/demo-requests', entered),
    onError: (error) => begin((error instanceof ApiError && error.problem.retry_after_s) || 0),
  })
  const below = (
    <Link className="link" to="/login">
      Back to sign in
    </Link>
  )
  if (send.isSuccess) {
    return (
      <VisitorPage below={below} title="Thank you">
        <p className="text-sm text-ink-soft">
          Your request is on its way. The answer goes to <bdi className="font-medium break-all text-ink">{send.variables.email.trim()}</bdi>.
        </p>
      </VisitorPage>
    )
  }
  const { field, isOfField } = enteredFields(form, setForm, send)
  return (
    <VisitorPage below={below} lead="Say what you would like to see. You get an answer by email." title="Book a demo">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (secondsLeft === 0) send.mutate(form)
        }}
      >
        {send.error && !isOfField && (
          <Banner title="Your request was not sent" tone="danger">
            {failureText(send.error)}
          </Banner>
        )}
        <TextField {...field('full_name')} autoComplete="name" label="Name" maxLength={200} />
        <TextField {...field('email')} autoComplete="email" label="Email" type="email" />
        <TextArea {...field('text')} label="What would you like to see?" maxLength={5_000} />
        <Button isDisabled={secondsLeft > 0} isPending={send.isPending} kind="primary" type="submit">
          {secondsLeft > 0 ? `Try again in ${countdownText(secondsLeft)}` : 'Send request'}
        </Button>
      </form>
    </VisitorPage>
  )
}
