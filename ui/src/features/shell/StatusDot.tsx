import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { progressQuery } from '~/api/queries'
import { useIsAway } from '~/api/reachability'
import type { Connection } from '~/api/types'
import { PopoverButton } from '~/components/Overlay'
import { formatInstant } from '~/format/date'
import { sourceName } from '~/sources/names'

import type { Status } from './status'
import { statusOf } from './status'

const DOT: Record<Status['tone'], string> = {
  good: 'bg-up',
  busy: 'bg-accent animate-pulse',
  warn: 'bg-warn',
  danger: 'bg-danger',
}

/** How current everything on the page is: said once, not by every card. */
export function StatusDot({ connection }: { connection: Connection }) {
  const isAway = useIsAway()
  // Only what the stream has said: nothing is requested here.
  const { data: progress } = useQuery({ ...progressQuery(connection.id), enabled: false })
  const { tone, label } = statusOf(connection, progress, { isAway, source: sourceName(connection) })
  const { data_through, time_zone } = connection
  return (
    <PopoverButton
      button={
        <>
          <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${DOT[tone]}`} />
          <span className="truncate">{label}</span>
        </>
      }
      className="flex h-9 max-w-44 items-center gap-2 rounded-lg px-2 text-[0.8125rem] text-ink-soft hover:bg-hover sm:max-w-80"
      label={`Status: ${label}`}
      placement="bottom end"
      popoverClassName="w-72 p-4 text-sm"
      title="Status"
    >
        <p className="font-semibold">{label}</p>
        <p className="mt-1 text-ink-soft">
          {data_through === null
            ? 'Nothing has been imported yet.'
            : `Everything up to ${formatInstant(data_through, time_zone)} is included.`}
        </p>
        <Link className="link mt-2 inline-block" params={{ connectionId: connection.id }} to="/c/$connectionId/sync">
          Open Sync
        </Link>
    </PopoverButton>
  )
}
