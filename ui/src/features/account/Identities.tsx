import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import { api } from '~/api/client'
import { browserSessionsQuery, identitiesQuery } from '~/api/people'
import { setupQuery } from '~/api/queries'
import type { Identity } from '~/api/types'
import { Button } from '~/components/Button'
import { ErrorState, SkeletonRows } from '~/components/Feedback'
import { formatInstant } from '~/format/date'
import { LOCAL_ZONE } from '~/format/zone'

import { PasswordDialog } from './PasswordDialog'

/** The accounts at identity providers with which somebody signs in. Not shown where the server has none. */
export function Identities() {
  const { data: setup } = useQuery(setupQuery)
  const identities = useQuery(identitiesQuery)
  const client = useQueryClient()
  const [asked, setAsked] = useState<Identity>()
  const remove = useMutation({
    mutationFn: ({ id, password }: { id: string; password: string }) => api.post<void>(`/me/identities/${encodeURIComponent(id)}/remove`, { password }),
    onSuccess: () => {
      setAsked(undefined)
      return Promise.all([identitiesQuery, browserSessionsQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey })))
    },
  })
  const { data } = identities
  const providers = setup?.sign_on.providers ?? []
  if (providers.length === 0 && (data?.length ?? 0) === 0) return null
  return (
    <section aria-label="Single sign-on" className="card flex flex-col gap-4 p-5">
      <div>
        <h2 className="text-lg font-semibold">Single sign-on</h2>
        <p className="text-sm text-ink-soft">
          Sign in here with your account at an identity provider.{' '}
          <Link className="link" params={{ page: 'single-sign-on' }} to="/help/$page">
            About single sign-on
          </Link>
        </p>
      </div>
      {identities.error && !data && <ErrorState error={identities.error} onRetry={() => void identities.refetch()} />}
      {!data && !identities.error && <SkeletonRows rows={1} />}
      {data && data.length > 0 && (
        <ul className="divide-y divide-line border-t border-line">
          {data.map((identity) => (
            <li key={identity.id} className="flex flex-wrap items-center gap-3 py-2.5 text-sm">
              <span className="min-w-0 flex-1 basis-52">
                <bdi className="font-medium wrap-anywhere">{identity.provider.name}</bdi>
                <span className="block text-[0.8125rem] wrap-anywhere text-ink-soft">
                  {identity.email}
                  {identity.last_used_at !== null && ` · last used ${formatInstant(identity.last_used_at, LOCAL_ZONE)}`}
                </span>
              </span>
              <Button
                aria-label={`Disconnect ${identity.provider.name}`}
                kind="danger"
                size="small"
                onPress={() => {
                  remove.reset()
                  setAsked(identity)
                }}
              >
                Disconnect…
              </Button>
            </li>
          ))}
        </ul>
      )}
      {data?.length === 0 && providers.length > 0 && (
        <p className="text-sm text-ink-soft">
          To connect {providers.map(({ name }) => name).join(' or ')}, sign out and sign in with it once.
        </p>
      )}
      <PasswordDialog
        confirm="Disconnect"
        error={remove.error}
        isOpen={asked !== undefined}
        isPending={remove.isPending}
        text="From then on, you sign in with your password or a passkey. Your other sessions are signed out."
        title={`Disconnect ${asked?.provider.name ?? ''}?`}
        onClose={() => setAsked(undefined)}
        onConfirm={(password) => asked && remove.mutate({ id: asked.id, password })}
      />
    </section>
  )
}
