import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { sessionQuery } from '~/api/queries'
import { PageHead } from '~/components/PageHead'
import { useCurrentConnection } from '~/features/shell/useCurrentConnection'
import { useMay } from '~/view/useMay'
import { canOpenWorkspace } from '~/view/workspaceAccess'

const ENTRY = 'flex h-9 items-center rounded-lg px-2.5 text-sm whitespace-nowrap text-ink-soft hover:bg-hover hover:text-ink'
const ACTIVE = { className: 'bg-hover font-medium text-ink!' }

function Group({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="contents lg:flex lg:flex-col lg:gap-0.5">
      <h2 className="hidden truncate px-2.5 pb-1 text-xs font-medium text-ink-soft lg:block">
        <bdi>{label}</bdi>
      </h2>
      {children}
    </div>
  )
}

/** Settings have three owners: the connection, the workspace, and the reader. What a role can't open is not listed. */
function SettingsNav() {
  const connection = useCurrentConnection()
  const { data: session } = useQuery(sessionQuery)
  const mayManage = useMay('manage')
  const mayShare = useMay('share')
  return (
    <nav aria-label="Settings" className="-mx-2.5 flex flex-wrap gap-0.5 lg:mx-0 lg:flex-col lg:flex-nowrap lg:gap-5">
      {connection && (
        <Group label={connection.name}>
          <Link activeProps={ACTIVE} className={ENTRY} params={{ connectionId: connection.id }} to="/c/$connectionId/settings">
            Connection
          </Link>
        </Group>
      )}
      {session?.workspace && canOpenWorkspace(session) && (
        <Group label={session.workspace.name}>
          <Link activeProps={ACTIVE} className={ENTRY} to="/settings/members">
            Members
          </Link>
          {mayShare && (
            <Link activeProps={ACTIVE} className={ENTRY} to="/settings/share-links">
              Share links
            </Link>
          )}
          {mayManage && (
            <>
              <Link activeProps={ACTIVE} className={ENTRY} to="/settings/workspace">
                Workspace
              </Link>
              <Link activeProps={ACTIVE} className={ENTRY} to="/settings/tokens">
                API tokens
              </Link>
              <Link activeProps={ACTIVE} className={ENTRY} to="/settings/audit">
                Audit log
              </Link>
            </>
          )}
        </Group>
      )}
      {session && (
        <Group label={session.user.full_name}>
          <Link activeProps={ACTIVE} className={ENTRY} to="/settings/account">
            Your account
          </Link>
        </Group>
      )}
    </nav>
  )
}

interface SettingsFrameProps {
  title: string
  lead?: ReactNode
  /** What can be done with the whole page. */
  action?: ReactNode
  children: ReactNode
}

/** The frame of every page of settings: the way to the others is beside it, on a narrow page above it. */
export function SettingsFrame({ title, lead, action, children }: SettingsFrameProps) {
  return (
    <div className="grid grid-cols-1 items-start gap-x-8 gap-y-4 lg:grid-cols-[11rem_minmax(0,1fr)]">
      <div className="min-w-0 lg:sticky lg:top-20">
        <SettingsNav />
      </div>
      <div className="flex max-w-5xl min-w-0 flex-col gap-5">
        <PageHead lead={lead} title={title}>
          {action}
        </PageHead>
        {children}
      </div>
    </div>
  )
}
