import { useMutation } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'

import { ApiError, api, failureText } from '~/api/client'
import type { Session } from '~/api/types'
import { Button, buttonClass } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { VisitorPage } from '~/features/account/VisitorPage'
import { enterWorkspace } from '~/view/enterWorkspace'
import { useTitle } from '~/view/useTitle'

/**
 * Where the link that confirms an address leads. It takes a click: programs that look at the links in mails must not use it up.
 */
export function ConfirmPage() {
  useTitle('Confirm your email address')
  const code = useLocation({ select: ({ hash }) => hash })
  // Another link in the same tab begins anew.
  return <Confirm key={code} code={code} />
}

function Confirm({ code }: { code: string }) {
  const confirm = useMutation({
    mutationFn: () => api.post<Session>('/sign-up/confirm', { code }),
    onSuccess: ({ workspace }) => (workspace ? enterWorkspace(workspace.id) : window.location.assign('/')),
  })
  const hasEnded = code === '' || (confirm.error instanceof ApiError && confirm.error.code === 'link_ended')
  if (hasEnded) {
    return (
      <VisitorPage title="This link doesn’t work anymore">
        <p className="text-sm text-ink-soft">
          It has expired, was already used, or is incomplete. If you have already confirmed your address, sign in. Otherwise, sign in
          with the password that you chose, and have the link sent again.
        </p>
        <Link className={buttonClass('primary', 'medium', 'mt-6 w-full')} to="/login">
          Sign in
        </Link>
      </VisitorPage>
    )
  }
  return (
    <VisitorPage lead="Confirm that this address is yours to start using Chartsy." title="Confirm your email address">
      <div className="flex flex-col gap-4">
        {confirm.error && (
          <Banner title="Not confirmed" tone="danger">
            {failureText(confirm.error)}
          </Banner>
        )}
        <Button isPending={confirm.isPending || confirm.isSuccess} kind="primary" onPress={() => confirm.mutate()}>
          Confirm and sign in
        </Button>
      </div>
    </VisitorPage>
  )
}
