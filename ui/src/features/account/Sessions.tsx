import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { api, failureText } from '~/api/client'
import { browserSessionsQuery } from '~/api/people'
import { Button } from '~/components/Button'
import { Badge, Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { formatInstant } from '~/format/date'
import { countOf } from '~/format/number'
import { LOCAL_ZONE } from '~/format/zone'

import { agentName } from './agent'

/** Where somebody is signed in. This browser comes first; it is left by signing out. */
export function Sessions() {
  const sessions = useQuery(browserSessionsQuery)
  const client = useQueryClient()
  const refresh = () => client.invalidateQueries({ queryKey: browserSessionsQuery.queryKey })
  const end = useMutation({ mutationFn: (id: string) => api.delete(`/me/sessions/${encodeURIComponent(id)}`), onSettled: refresh })
  const endOthers = useMutation({ mutationFn: () => api.delete<{ ended: number }>('/me/sessions'), onSettled: refresh })
  const rows = sessions.data?.toSorted((a, b) => Number(b.is_current) - Number(a.is_current) || b.last_seen_at - a.last_seen_at)
  const error = end.error ?? endOthers.error
  return (
    <section aria-label="Sessions" className="card flex flex-col gap-4 p-5">
      <div className="flex flex-wrap items-center gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h2 className="text-lg font-semibold">Where you’re signed in</h2>
          <p className="text-sm text-ink-soft">If you don’t recognize one of these, sign it out and change your password.</p>
        </div>
        {rows && rows.length > 1 && (
          <Button isPending={endOthers.isPending} size="small" onPress={() => endOthers.mutate()}>
            Sign out everywhere else
          </Button>
        )}
      </div>
      {error && (
        <Banner title="The session could not be signed out" tone="danger">
          {failureText(error)}
        </Banner>
      )}
      {endOthers.data && <Banner title={`${countOf(endOthers.data.ended, 'session')} signed out`} tone="good" />}
      {sessions.error && !rows && <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {!rows && !sessions.error && <SkeletonRows rows={2} />}
      {rows && (
        <ul className="divide-y divide-line border-t border-line">
          {rows.map((session) => (
            <li key={session.id} className="flex flex-wrap items-center gap-3 py-2.5 text-sm">
              <span className="min-w-0 flex-1 basis-52">
                <span className="flex flex-wrap items-center gap-2">
                  <span className="font-medium" title={session.agent ?? undefined}>
                    {agentName(session.agent)}
                  </span>
                  {session.is_current && <Badge tone="good">This browser</Badge>}
                </span>
                <span className="block text-[0.8125rem] text-ink-soft">
                  {session.address !== null && `${session.address} · `}last seen {formatInstant(session.last_seen_at, LOCAL_ZONE)}
                </span>
              </span>
              {!session.is_current && (
                <Button
                  aria-label={`Sign out ${agentName(session.agent)}, last seen ${formatInstant(session.last_seen_at, LOCAL_ZONE)}`}
                  isDisabled={end.isPending}
                  size="small"
                  onPress={() => end.mutate(session.id)}
                >
                  Sign out
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
