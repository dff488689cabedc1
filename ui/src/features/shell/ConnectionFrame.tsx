import { Link, Outlet, useLocation } from '@tanstack/react-router'

import { useLive } from '~/api/live'
import type { Connection } from '~/api/types'
import { buttonClass } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { formatDay } from '~/format/date'
import { capital } from '~/format/names'
import { ReplaceKeyLink } from '~/features/sync/ReplaceKeyLink'
import { adviceOf, isKeyError } from '~/features/sync/failure'
import { useConnection } from '~/view/useView'

/** What is true of every page of a connection: it is live, and what is partial or broken is said above it. */
export function ConnectionFrame() {
  const connection = useConnection()
  const { pathname } = useLocation()
  useLive(connection.id)
  const isSyncPage = pathname.endsWith('/sync')
  return (
    <div key={connection.id} className="flex flex-col gap-5">
      {!isSyncPage && <Notices connection={connection} isSettingsPage={pathname.endsWith('/settings')} />}
      <Outlet />
    </div>
  )
}

function Notices({ connection, isSettingsPage }: { connection: Connection; isSettingsPage: boolean }) {
  const toSync = (label: string) => (
    <Link className={buttonClass('secondary', 'small')} params={{ connectionId: connection.id }} to="/c/$connectionId/sync">
      {label}
    </Link>
  )
  const { last_error: error } = connection
  return (
    <>
      {connection.state === 'failed' && error && (
        <Banner
          action={
            !isKeyError(error) ? (
              toSync('See what happened')
            ) : isSettingsPage ? undefined : (
              <ReplaceKeyLink connectionId={connection.id} />
            )
          }
          title={capital(error.message)}
          tone="danger"
        >
          {adviceOf(error)}
        </Banner>
      )}
      {!connection.is_history_complete && connection.state !== 'failed' && (
        <Banner action={toSync('See the progress')} title="History is still loading" tone="info">
          {connection.reaches_back_on
            ? `History reaches back to ${formatDay(connection.reaches_back_on)}. What was billed before, such as yearly plans, is not in these figures yet: they still rise.`
            : 'The first numbers appear within seconds; history fills in behind them.'}
        </Banner>
      )}
    </>
  )
}
