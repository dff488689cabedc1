import { useMutation } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { useState } from 'react'

import { ApiError, api, failureText } from '~/api/client'
import type { Session } from '~/api/types'
import { Button, buttonClass } from '~/components/Button'
import { TextField } from '~/components/Field'
import { VisitorPage } from '~/features/account/VisitorPage'
import { HelpLink } from '~/features/help/HelpLink'
import { enterWorkspace } from '~/view/enterWorkspace'
import { useTitle } from '~/view/useTitle'

import { ResendForm } from './ResendForm'

/**
 * Where the link that confirms an address leads. Somebody else may have signed up with it: the account can be used only by whoever
 * knows its password, too.
 */
export function ConfirmPage() {
  useTitle('Confirm your email address')
  const code = useLocation({ select: ({ hash }) => hash })
  // Another link in the same tab starts again.
  return <Confirm key={code} code={code} />
}

function Confirm({ code }: { code: string }) {
  const [password, setPassword] = useState('')
  const confirm = useMutation({
    mutationFn: () => api.post<Session>('/sign-up/confirm', { code, password }),
    onSuccess: ({ workspace }) => (workspace ? enterWorkspace(workspace.id) : window.location.assign('/')),
  })
  const hasEnded = code === '' || (confirm.error instanceof ApiError && confirm.error.code === 'link_ended')
  if (hasEnded) {
    return (
      <VisitorPage below={<HelpLink about="endedLink">Help with links</HelpLink>} title="This link doesn’t work anymore">
        <div className="flex flex-col gap-4 text-sm text-ink-soft">
          <p>
            It has expired, was already used, or is incomplete. If you have already confirmed your address, sign in. Otherwise, have the
            link sent again.
          </p>
          <ResendForm email="" />
          <Link className={buttonClass('primary', 'medium', 'w-full')} to="/login">
            Sign in
          </Link>
        </div>
      </VisitorPage>
    )
  }
  return (
    <VisitorPage
      below={
        <Link className="link" to="/forgot-password">
          Didn’t sign up yourself? Choose a new password
        </Link>
      }
      lead="Enter the password that you chose when you signed up."
      title="Confirm your email address"
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (password !== '') confirm.mutate()
        }}
      >
        <TextField
          autoComplete="current-password"
          error={confirm.error ? failureText(confirm.error) : undefined}
          isRequired
          label="Password"
          name="password"
          type="password"
          value={password}
          onChange={setPassword}
        />
        <Button isPending={confirm.isPending || confirm.isSuccess} kind="primary" type="submit">
          Confirm and sign in
        </Button>
      </form>
    </VisitorPage>
  )
}

export { ConfirmEmailPage } from '~/features/account/ConfirmEmailPage'
