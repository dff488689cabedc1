import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { ApiError, api, failureText } from '~/api/client'
import { browserSessionsQuery } from '~/api/people'
import { Button } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { TextField } from '~/components/Field'

import { PasswordRules } from './PasswordRules'
import type { PasswordForm } from './rules'
import { passwordErrors } from './rules'

const EMPTY: PasswordForm = { current_password: '', password: '', password_confirmation: '' }

export function ChangePassword({ username }: { username: string }) {
  const [form, setForm] = useState(EMPTY)
  const [isTried, setIsTried] = useState(false)
  const client = useQueryClient()
  const change = useMutation({
    mutationFn: (entered: PasswordForm) => api.put('/me/password', entered),
    onSuccess: () => {
      setForm(EMPTY)
      setIsTried(false)
      return client.invalidateQueries({ queryKey: browserSessionsQuery.queryKey })
    },
  })
  const refused = change.error instanceof ApiError ? change.error.problem : undefined
  const isOfField = refused?.field !== undefined && refused.field in form
  const ofServer = isOfField && change.variables === form ? { [refused.field as keyof PasswordForm]: `${refused.title}.` } : {}
  const errors = passwordErrors(form)
  const shown: Partial<PasswordForm> = isTried ? { ...ofServer, ...errors } : ofServer
  const field = (name: keyof PasswordForm) => ({
    name,
    type: 'password',
    value: form[name],
    error: shown[name],
    onChange: (value: string) => setForm((before) => ({ ...before, [name]: value })),
  })
  return (
    <section aria-label="Password" className="card flex flex-col gap-4 p-5">
      <div>
        <h2 className="text-lg font-semibold">Password</h2>
        <p className="text-sm text-ink-soft">Changing your password signs you out of every other browser.</p>
      </div>
      {change.error && !isOfField && (
        <Banner title="The password was not changed" tone="danger">
          {failureText(change.error)}
        </Banner>
      )}
      {change.isSuccess && (
        <Banner title="Password changed" tone="good">
          You are still signed in here, and signed out everywhere else.
        </Banner>
      )}
      <form
        noValidate
        className="flex max-w-md flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          setIsTried(true)
          if (Object.keys(errors).length === 0) change.mutate(form)
        }}
      >
        {/* Password managers file a new password under this name. */}
        <input hidden readOnly autoComplete="username" name="username" type="text" value={username} />
        <TextField {...field('current_password')} autoComplete="current-password" label="Current password" />
        <TextField {...field('password')} autoComplete="new-password" label="New password" />
        <PasswordRules password={form.password} />
        <TextField {...field('password_confirmation')} autoComplete="new-password" label="Confirm new password" />
        <div>
          <Button isPending={change.isPending} type="submit">
            Change password
          </Button>
        </div>
      </form>
    </section>
  )
}
