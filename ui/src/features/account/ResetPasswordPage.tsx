import { useMutation } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { useState } from 'react'

import { ApiError, api, failureText } from '~/api/client'
import { Button, buttonClass } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { HelpLink } from '~/features/help/HelpLink'
import { useTitle } from '~/view/useTitle'

import { PasswordRules } from './PasswordRules'
import { newPasswordErrors } from './rules'
import { VisitorPage } from './VisitorPage'

/** Where the link of a forgotten password leads. */
export function ResetPasswordPage() {
  useTitle('Choose a new password')
  const code = useLocation({ select: ({ hash }) => hash })
  // Another link in the same tab starts again.
  return <ResetPassword key={code} code={code} />
}

function ResetPassword({ code }: { code: string }) {
  const [form, setForm] = useState({ password: '', password_confirmation: '' })
  const [isTried, setIsTried] = useState(false)
  const finish = useMutation({ mutationFn: () => api.post('/password-reset/finish', { code, ...form }) })
  const hasEnded = code === '' || (finish.error instanceof ApiError && finish.error.code === 'link_ended')
  if (hasEnded) {
    return (
      <VisitorPage below={<HelpLink about="endedLink">Help with links</HelpLink>} title="This link doesn’t work anymore">
        <p className="text-sm text-ink-soft">It has expired, was already used, or is incomplete.</p>
        <Link className={buttonClass('primary', 'medium', 'mt-6 w-full')} to="/forgot-password">
          Get a new link
        </Link>
      </VisitorPage>
    )
  }
  if (finish.isSuccess) {
    return (
      <VisitorPage lead="You are signed out everywhere. Sign in with the new password." title="Password changed">
        <Link className={buttonClass('primary', 'medium', 'w-full')} to="/login">
          Sign in
        </Link>
      </VisitorPage>
    )
  }
  const errors = isTried ? newPasswordErrors(form) : {}
  const field = (name: keyof typeof form) => ({
    name,
    type: 'password',
    autoComplete: 'new-password',
    value: form[name],
    error: errors[name],
    onChange: (value: string) => setForm((before) => ({ ...before, [name]: value })),
  })
  return (
    <VisitorPage title="Choose a new password">
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          setIsTried(true)
          if (Object.keys(newPasswordErrors(form)).length === 0) finish.mutate()
        }}
      >
        {finish.error && (
          <Banner title="The password was not changed" tone="danger">
            {failureText(finish.error)}
          </Banner>
        )}
        <TextField {...field('password')} isRequired label="New password" />
        <PasswordRules password={form.password} />
        <TextField {...field('password_confirmation')} isRequired label="Confirm new password" />
        <Button isPending={finish.isPending} kind="primary" type="submit">
          Change password
        </Button>
      </form>
    </VisitorPage>
  )
}
