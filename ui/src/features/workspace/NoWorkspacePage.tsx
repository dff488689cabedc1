import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { sessionQuery } from '~/api/queries'
import type { Workspace } from '~/api/types'
import { Button, buttonClass } from '~/components/Button'
import { Leave } from '~/features/members/Leave'
import { enterWorkspace } from '~/view/enterWorkspace'
import { useMayCreateWorkspace } from '~/view/useMayCreateWorkspace'
import { useTitle } from '~/view/useTitle'
import { canOpenWorkspace } from '~/view/workspaceAccess'

/** For a member of a workspace that shows nothing to those without two-factor sign-in. */
function TwoFactorRequired({ workspace, others }: { workspace: Workspace; others: readonly Workspace[] }) {
  return (
    <div className="flex flex-col gap-5">
      <section className="card flex flex-col gap-4 p-6 sm:p-8">
        <h1 className="text-xl font-semibold tracking-tight">
          <bdi>{workspace.name}</bdi> requires two-factor sign-in
        </h1>
        <p className="text-sm text-ink-soft">
          With it, signing in takes a code from an authenticator app on your phone as well as your password, or a passkey instead of both. It takes a
          minute to set up. If you have a passkey, sign out and sign in with it.
        </p>
        <div className="flex flex-wrap gap-2">
          <Link className={buttonClass('primary')} to="/settings/account">
            Set up two-factor sign-in
          </Link>
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
  if (workspace) return <TwoFactorRequired others={session.data?.workspaces.filter(({ id }) => id !== workspace.id) ?? []} workspace={workspace} />
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
