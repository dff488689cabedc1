import { useQuery } from '@tanstack/react-query'

import { membersQuery } from '~/api/people'
import { sessionQuery } from '~/api/queries'
import { ErrorState, SkeletonRows } from '~/components/Feedback'
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
  useTitle('Members', workspace?.name)
  if (!session || !workspace) return null
  return (
    <SettingsFrame lead="Everyone who belongs to this workspace, and their role." title="Members">
      <section aria-label="Members" className="card py-2">
        {members.error && !members.data && <ErrorState error={members.error} onRetry={() => void members.refetch()} />}
        {!members.data && !members.error && (
          <div className="px-5">
            <SkeletonRows rows={4} />
          </div>
        )}
        {members.data && (
          <>
            <p className="px-4 pt-1 pb-2 text-[0.8125rem] text-ink-soft sm:px-5" role="status">
              {countOf(members.data.length, 'member')}
            </p>
            <MemberTable members={members.data} userId={session.user.id} workspace={workspace} />
          </>
        )}
      </section>
      {mayManage && <Invitations />}
      <Leave members={members.data} workspace={workspace} />
    </SettingsFrame>
  )
}
