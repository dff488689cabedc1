import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'

import { useLive } from '~/api/live'
import { connectionsQuery } from '~/api/queries'
import type { Connection } from '~/api/types'
import { ASK_ADMIN } from '~/components/AskAdmin'
import { buttonClass } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { formatDay } from '~/format/date'
import { capital } from '~/format/names'
import { ImportEnd } from '~/features/sync/ImportEnd'
import { ReplaceKeyLink } from '~/features/sync/ReplaceKeyLink'
import { adviceOf, isKeyError } from '~/features/sync/failure'
import { sourceName } from '~/sources/names'
import { isTogether } from '~/view/together'
import { useMay } from '~/view/useMay'
import { useConnection } from '~/view/useView'

import { Main } from './Main'
import { ViewBar } from './ViewBar'

/** The frame of a connection's pages: it keeps them live and says above them what is partial or broken. */
export function ConnectionFrame() {
  const connection = useConnection()
  const { pathname } = useLocation()
  useLive(connection.id)
  const isSyncPage = pathname.endsWith('/sync')
  return (
    <>
      <ViewBar />
      <Main>
        <div key={connection.id} className="flex flex-col gap-5">
          {!isTogether(connection) && <ImportEnd connection={connection} />}
          {!isSyncPage && <AllNotices connection={connection} isSettingsPage={pathname.endsWith('/settings')} />}
          <Outlet />
        </div>
      </Main>
    </>
  )
}

interface NoticesProps {
  connection: Connection
  isSettingsPage: boolean
}

/** Of several connections together, what each has to tell. */
function AllNotices({ connection, isSettingsPage }: NoticesProps) {
  const { data: all = [] } = useQuery(connectionsQuery)
  if (!isTogether(connection)) return <Notices connection={connection} isSettingsPage={isSettingsPage} />
  const parts = all.filter(({ id }) => connection.parts.includes(id))
  return parts.map((part) => <Notices key={part.id} connection={part} isSettingsPage={isSettingsPage} of={part.name} />)
}

function Notices({ connection, isSettingsPage, of }: NoticesProps & { of?: string }) {
  const titled = (title: string) => (of === undefined ? title : `${of}: ${title}`)
  const toSync = (label: string) => (
    <Link className={buttonClass('secondary', 'small')} params={{ connectionId: connection.id }} to="/c/$connectionId/sync">
      {label}
    </Link>
  )
  const { last_error: error } = connection
  const mayManage = useMay('manage')
  return (
    <>
      {connection.state === 'failed' && error && (
        <Banner
          action={
            !isKeyError(error) ? (
              toSync('See what happened')
            ) : isSettingsPage || !mayManage ? undefined : (
              <ReplaceKeyLink connectionId={connection.id} />
            )
          }
          title={titled(capital(error.message))}
          tone="danger"
        >
          {adviceOf(error, sourceName(connection))}
          {!mayManage && ` ${ASK_ADMIN}`}
        </Banner>
      )}
      {!connection.is_history_complete && connection.state !== 'failed' && (
        <Banner action={toSync('See progress')} title={titled('History is still loading')} tone="info">
          {connection.reaches_back_on
            ? `History reaches back to ${formatDay(connection.reaches_back_on)}. Anything billed earlier, such as yearly plans, is not included yet, so figures will still rise.`
            : 'The first figures appear within seconds, and history fills in behind them.'}
        </Banner>
      )}
    </>
  )
}
