import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { failureText } from '~/api/client'
import { sessionQuery } from '~/api/queries'
import type { Workspace } from '~/api/types'
import { Button, buttonClass } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { useSignOn } from '~/features/account/SignOn'
import { Leave } from '~/features/members/Leave'
import { enterWorkspace } from '~/view/enterWorkspace'
import { useMayCreateWorkspace } from '~/view/useMayCreateWorkspace'
import { useTitle } from '~/view/useTitle'
import { canOpenWorkspace } from '~/view/workspaceAccess'

interface ClosedProps {
  workspace: Workspace
  others: readonly Workspace[]
}

/** A workspace that shows nothing to somebody because of how they signed in, with what opens it and the ways out. */
function Closed({ workspace, others, requires, action, children }: ClosedProps & { requires: string; action: ReactNode; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-5">
      <section className="card flex flex-col gap-4 p-6 sm:p-8">
        <h1 className="text-xl font-semibold tracking-tight">
          <bdi>{workspace.name}</bdi> requires {requires}
        </h1>
        {children}
        <div className="flex flex-wrap gap-2">
          {action}
          {others.map(({ id, name }) => (
            <Button key={id} onPress={() => enterWorkspace(id)}>
              Open {name}
            </Button>
          ))}
        </div>
      </section>
      <Leave members={undefined} workspace={workspace} />
    </div>
  )
}

/** For a member of a workspace that shows nothing to those without two-factor sign-in. */
function TwoFactorRequired(props: ClosedProps) {
  return (
    <Closed
      {...props}
      action={
        <Link className={buttonClass('primary')} to="/settings/account">
          Set up two-factor sign-in
        </Link>
      }
      requires="two-factor sign-in"
    >
      <p className="text-sm text-ink-soft">
        With it, signing in takes a code from an authenticator app on your phone as well as your password, or a passkey instead of both. It takes a
        minute to set up. If you have a passkey, sign out and sign in with it.
      </p>
    </Closed>
  )
}

/** For a member of a workspace that shows nothing to those who signed in by other means than single sign-on. */
function SignOnRequired({ email, ...props }: ClosedProps & { email: string }) {
  const { begin, isBusy } = useSignOn(undefined)
  return (
    <Closed
      {...props}
      action={
        <Button isPending={isBusy} kind="primary" onPress={() => begin.mutate({ email })}>
          Continue with single sign-on
        </Button>
      }
      requires="single sign-on"
    >
      <p className="text-sm text-ink-soft">Sign in at your company’s identity provider to open this workspace. You come back here afterwards.</p>
      {begin.error && (
        <Banner title="Your identity provider could not be opened" tone="danger">
          {failureText(begin.error)}
        </Banner>
      )}
    </Closed>
  )
}

/** For somebody who has left every workspace, or was removed from the last one. */
export function NoWorkspacePage() {
  useTitle('No workspace')
  const session = useQuery(sessionQuery)
  const mayCreate = useMayCreateWorkspace()
  const user = session.data?.user
  const workspace = session.data?.workspace
  const check = async () => {
    const { data } = await session.refetch()
    if (data?.workspace && canOpenWorkspace(data)) enterWorkspace(data.workspace.id)
  }
  if (workspace && user) {
    const others = session.data?.workspaces.filter(({ id }) => id !== workspace.id) ?? []
    if (workspace.lacks_sign_on) return <SignOnRequired email={user.email} others={others} workspace={workspace} />
    return <TwoFactorRequired others={others} workspace={workspace} />
  }
  return (
    <section className="card flex flex-col gap-4 p-6 sm:p-8">
      <h1 className="text-xl font-semibold tracking-tight">You don’t belong to a workspace</h1>
      <p className="text-sm text-ink-soft">
        Connected billing accounts and their figures belong to workspaces. Ask an owner or admin of a workspace to invite you
        {user && (
          <>
            {' '}
            as <bdi className="font-medium text-ink">{user.email}</bdi>
          </>
        )}
        , then open the invitation’s link in this browser.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button isPending={session.isFetching} onPress={() => void check()}>
          Check again
        </Button>
        {mayCreate && (
          <Link className={buttonClass('primary')} to="/workspaces/new">
            Create workspace
          </Link>
        )}
        <Link className={buttonClass('quiet')} params={{ page: 'invite-your-team' }} to="/help/$page">
          How invitations work
        </Link>
      </div>
    </section>
  )
}
