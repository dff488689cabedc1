import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'

import { allAuditEntries, auditQuery, membersQuery } from '~/api/people'
import { connectionsQuery } from '~/api/queries'
import type { AuditEntry } from '~/api/types'
import { fileName } from '~/charts/export'
import { Button } from '~/components/Button'
import type { Column } from '~/components/DataTable'
import { DownloadAll } from '~/components/DownloadAll'
import { EndlessTable } from '~/components/EndlessTable'
import { CardSkeleton, EmptyState, ErrorState } from '~/components/Feedback'
import { formatInstant } from '~/format/date'
import { countOf } from '~/format/number'
import { LOCAL_ZONE } from '~/format/zone'
import type { AuditSearch } from '~/view/pageSearch'
import { compact } from '~/view/search'

import type { Names } from './actions'
import { actionText, actorText, detailText, namesOf, subjectText } from './actions'
import { AuditFilters } from './AuditFilters'
import { auditFile, periodQuery } from './file'

const route = getRouteApi('/app/settings/audit')

function columnsOf(names: Names): Column<AuditEntry>[] {
  return [
    {
      id: 'at',
      header: 'When',
      isWideOnly: true,
      width: '12rem',
      cell: ({ at }) => <span className="num whitespace-nowrap">{formatInstant(at, LOCAL_ZONE)}</span>,
    },
    { id: 'actor', header: 'Who', isWideOnly: true, cell: (entry) => <bdi className="wrap-anywhere">{actorText(entry)}</bdi> },
    {
      id: 'action',
      header: 'What',
      cell: (entry) => (
        <>
          <span className="block font-medium">{actionText(entry.action)}</span>
          {entry.subject !== null && <bdi className="block wrap-anywhere md:hidden">{subjectText(entry, names)}</bdi>}
          {entry.detail !== null && <span className="block text-[0.8125rem] text-ink-soft">{detailText(entry)}</span>}
          <span className="block text-[0.8125rem] text-ink-soft md:hidden">
            <bdi>{actorText(entry)}</bdi>, {formatInstant(entry.at, LOCAL_ZONE)}
            {entry.address !== null && `, from ${entry.address}`}
          </span>
        </>
      ),
    },
    { id: 'subject', header: 'Target', isWideOnly: true, cell: (entry) => <bdi className="wrap-anywhere">{subjectText(entry, names)}</bdi> },
    { id: 'address', header: 'From', isWideOnly: true, cell: ({ address }) => <span className="num">{address}</span> },
  ]
}

/** Every entry that the filters let through, newest first; more are requested while the reader scrolls. */
export function AuditLog() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const query = { action: search.kind, actor: search.who, ...periodQuery(search) }
  const list = useInfiniteQuery(auditQuery(query))
  const { data: members = [] } = useQuery(membersQuery)
  const { data: connections = [] } = useQuery(connectionsQuery)
  const rows = useMemo(() => list.data?.pages.flatMap(({ data }) => data) ?? [], [list.data])
  const names = useMemo(
    () => namesOf(rows, members.map(({ user_id, username }) => ({ id: user_id, name: username })), connections),
    [rows, members, connections],
  )
  const columns = useMemo(() => columnsOf(names), [names])
  const setSearch = (patch: { [Name in keyof AuditSearch]?: AuditSearch[Name] | undefined }) =>
    void navigate({ search: (before) => compact({ ...before, ...patch }), replace: true, resetScroll: false })
  const isNarrowed = Object.keys(search).length > 0
  return (
    <>
      <AuditFilters members={members} search={search} onChange={setSearch} />
      <section aria-label="Audit log" className="card py-2">
        <div className="flex flex-wrap items-center gap-2 px-4 pb-2 sm:px-5">
          <p className="min-w-0 flex-1 basis-40 text-[0.8125rem] text-ink-soft" role="status">
            {list.data === undefined ? 'Loading…' : list.hasNextPage ? `The latest ${countOf(rows.length, 'entry', 'entries')}` : countOf(rows.length, 'entry', 'entries')}
          </p>
          <DownloadAll
            exported={{ list: 'audit_log' }}
            load={(onProgress) => allAuditEntries(query, onProgress)}
            name={fileName('audit-log')}
            table={(all) => auditFile(all, names)}
            total={rows.length === 0 ? 0 : list.hasNextPage ? null : rows.length}
          />
        </div>
        {list.error && rows.length === 0 && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending && <CardSkeleton rows={8} />}
        {list.data && rows.length === 0 && (
          <EmptyState
            action={
              isNarrowed && (
                <Button size="small" onPress={() => void navigate({ search: {}, replace: true })}>
                  Clear filters
                </Button>
              )
            }
            title={isNarrowed ? 'Nothing matches these filters' : 'Nothing has been recorded yet'}
          />
        )}
        {rows.length > 0 && (
          <EndlessTable
            columns={columns}
            isStale={list.isPlaceholderData}
            label="Audit log"
            list={list}
            rowKey={({ number }) => String(number)}
            rows={rows}
            // How many there are in all is not known: one more row stands for those that come.
            total={rows.length + (list.hasNextPage ? 1 : 0)}
          />
        )}
      </section>
    </>
  )
}
