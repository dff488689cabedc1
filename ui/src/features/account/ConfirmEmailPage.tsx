import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'

import { ApiError, api, failureText } from '~/api/client'
import { membersQuery } from '~/api/people'
import { sessionQuery } from '~/api/queries'
import { Button, buttonClass } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { HelpLink } from '~/features/help/HelpLink'
import { useTitle } from '~/view/useTitle'

import { SignInForm } from './SignInForm'
import { useSignOut } from './useSignOut'
import { VisitorPage } from './VisitorPage'

/**
 * Where the link leads that was sent to an account’s new address. Programs that open links in mails must not confirm it, and neither may
 * somebody whose account it is not.
 */
export function ConfirmEmailPage() {
  useTitle('Confirm your new email address')
  const code = useLocation({ select: ({ hash }) => hash })
  // Another link in the same tab starts again.
  return <Confirm key={code} code={code} />
}

function Confirm({ code }: { code: string }) {
  const client = useQueryClient()
  const { data: session } = useQuery(sessionQuery)
  const signOut = useSignOut()
  const confirm = useMutation({
    mutationFn: () => api.post<{ email: string }>('/me/email/confirm', { code }),
    onSuccess: () => Promise.all([sessionQuery, membersQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey }))),
  })
  const onward = (
    <Link className={buttonClass('primary', 'medium', 'mt-6 w-full')} to="/">
      Go to Chartsy
    </Link>
  )
  if (confirm.data) {
    return (
      <VisitorPage title="Your email address was changed">
        <p className="text-sm text-ink-soft">
          From now on, you sign in with <bdi className="font-medium break-all text-ink">{confirm.data.email}</bdi> or your username, and
          messages go there.
        </p>
        {onward}
      </VisitorPage>
    )
  }
  const hasEnded = code === '' || (confirm.error instanceof ApiError && confirm.error.code === 'link_ended')
  if (hasEnded) {
    return (
      <VisitorPage below={<HelpLink about="endedLink">Help with links</HelpLink>} title="This link doesn’t work anymore">
        <p className="text-sm text-ink-soft">
          It has expired, was already used, or is incomplete, or the address or password of the account has changed since. To change the
          address, sign in and open your account.
        </p>
        {onward}
      </VisitorPage>
    )
  }
  if (!session) {
    return (
      <VisitorPage lead="Sign in to the account that asked for the change." title="Confirm your new email address">
        {/* The page shows who is signed in by itself. */}
        <SignInForm onSignedIn={() => undefined} />
      </VisitorPage>
    )
  }
  if (confirm.error instanceof ApiError && confirm.error.code === 'link_for_other') {
    return (
      <VisitorPage title="This link is for another account">
        <p className="text-sm text-ink-soft">
          You are signed in as <bdi className="font-medium text-ink">{session.user.username}</bdi>, which didn’t ask for this address. If you
          didn’t ask for it with another account either, you can close this page. Nothing has changed.
        </p>
        <Button className="mt-6 w-full" kind="secondary" onPress={() => void signOut().then(() => window.location.reload())}>
          Use another account
        </Button>
      </VisitorPage>
    )
  }
  return (
    <VisitorPage lead="This becomes the email address of your account. We notify the old one." title="Confirm your new email address">
      <div className="flex flex-col gap-4">
        {confirm.error && (
          <Banner title="Your address was not changed" tone="danger">
            {failureText(confirm.error)}
          </Banner>
        )}
        <Button isPending={confirm.isPending} kind="primary" onPress={() => confirm.mutate()}>
          Confirm address
        </Button>
      </div>
    </VisitorPage>
  )
}
