import { useQuery } from '@tanstack/react-query'

import { membersQuery } from '~/api/people'
import { sessionQuery } from '~/api/queries'
import { Banner, CardSkeleton, ErrorState } from '~/components/Feedback'
import { SettingsFrame } from '~/features/settings/SettingsFrame'
import { countOf } from '~/format/number'
import { useMay } from '~/view/useMay'
import { useTitle } from '~/view/useTitle'

import { Invitations } from './Invitations'
import { Leave } from './Leave'
import { MemberTable } from './MemberTable'

export function MembersPage() {
  const { data: session } = useQuery(sessionQuery)
  const members = useQuery(membersQuery)
  const mayManage = useMay('manage')
  const workspace = session?.workspace
  const most = session?.limits.members ?? null
  const isFull = most !== null && members.data !== undefined && members.data.length >= most
  useTitle('Members', workspace?.name)
  if (!session || !workspace) return null
  return (
    <SettingsFrame lead="Everyone who belongs to this workspace, and their role." title="Members">
      <section aria-label="Members" className="card py-2">
        {members.error && !members.data && <ErrorState error={members.error} onRetry={() => void members.refetch()} />}
        {!members.data && !members.error && <CardSkeleton rows={4} />}
        {members.data && (
          <>
            <p className="px-4 pt-1 pb-2 text-[0.8125rem] text-ink-soft sm:px-5" role="status">
              {countOf(members.data.length, 'member')}
              {most !== null && ` of at most ${most}`}
            </p>
            <MemberTable members={members.data} userId={session.user.id} workspace={workspace} />
          </>
        )}
      </section>
      {isFull && (
        <Banner title="This workspace can’t have more members" tone="warn">
          Invitations can be accepted again once a member has left or was removed. The person who runs this server can raise the limit.
        </Banner>
      )}
      {mayManage && <Invitations />}
      <Leave members={members.data} workspace={workspace} />
    </SettingsFrame>
  )
}
