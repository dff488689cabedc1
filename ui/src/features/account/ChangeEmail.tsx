import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { api, failureText } from '~/api/client'
import type { SignUpPending } from '~/api/types'
import { Button } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { enteredFields } from '~/components/enteredFields'
import { Dialog } from '~/components/Overlay'
import { LinkSent } from '~/features/sign_up/LinkSent'

const EMPTY = { email: '', current_password: '' }
type Entered = typeof EMPTY

/** Asks for another address. It takes effect when its owner opens the link that is sent there. */
export function ChangeEmail({ username }: { username: string }) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <Button size="small" onPress={() => setIsOpen(true)}>
        Change email…
      </Button>
      <Dialog isOpen={isOpen} title="Change your email address" onOpenChange={setIsOpen}>
        <Form username={username} onClose={() => setIsOpen(false)} />
      </Dialog>
    </>
  )
}

function Form({ username, onClose }: { username: string; onClose: () => void }) {
  const [form, setForm] = useState(EMPTY)
  const change = useMutation({ mutationFn: (entered: Entered) => api.post<Pick<SignUpPending, 'delivery'>>('/me/email', entered) })
  if (change.isSuccess) {
    return (
      <div className="flex flex-col gap-4">
        <LinkSent delivery={change.data.delivery} email={change.variables.email.trim()} purpose="confirm that it is yours" validFor="24 hours">
          <p>Until then, your account keeps its address.</p>
        </LinkSent>
        <div className="flex justify-end">
          <Button kind="primary" onPress={onClose}>
            Done
          </Button>
        </div>
      </div>
    )
  }
  const { field, isOfField } = enteredFields(form, setForm, change)
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        change.mutate(form)
      }}
    >
      <p className="text-sm text-ink-soft">
        We’ll send a link to the new address. Once you confirm it there, you sign in with the new address, and we notify the old one.
      </p>
      {change.error && !isOfField && (
        <Banner title="Your address was not changed" tone="danger">
          {failureText(change.error)}
        </Banner>
      )}
      {/* Password managers fill in the password of this account. */}
      <input hidden readOnly autoComplete="username" name="username" type="text" value={username} />
      <TextField {...field('email')} autoComplete="email" label="New email address" type="email" />
      <TextField {...field('current_password')} autoComplete="current-password" label="Current password" type="password" />
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onPress={onClose}>
          Cancel
        </Button>
        <Button isPending={change.isPending} kind="primary" type="submit">
          Send link
        </Button>
      </div>
    </form>
  )
}
