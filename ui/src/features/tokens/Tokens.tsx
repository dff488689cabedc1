import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, failureText } from '~/api/client'
import { tokensQuery } from '~/api/people'
import type { ApiToken, CreatedToken, TokenScope } from '~/api/types'
import { Button } from '~/components/Button'
import { ConfirmDialog } from '~/components/ConfirmDialog'
import { CopyButton } from '~/components/CopyButton'
import { Badge, Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { Select } from '~/components/Select'
import { formatInstant, formatInstantDay } from '~/format/date'
import { LOCAL_ZONE } from '~/format/zone'

import type { Lifetime } from './scopes'
import { LIFETIMES, SCOPES, expiryOf, isExpired, scopeName } from './scopes'

/** Keys for programs: everything on the pages is available with one. */
export function Tokens() {
  const tokens = useQuery(tokensQuery)
  return (
    <section aria-label="API tokens" className="card flex flex-col gap-4 p-5">
      <CreateToken tokens={tokens.data} />
      {tokens.error && !tokens.data && <ErrorState error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {!tokens.data && !tokens.error && <SkeletonRows rows={2} />}
      {tokens.data?.length === 0 && <p className="text-sm text-ink-soft">No tokens yet.</p>}
      {tokens.data && tokens.data.length > 0 && <TokenList tokens={tokens.data} />}
    </section>
  )
}

function CreateToken({ tokens }: { tokens: readonly ApiToken[] | undefined }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [scope, setScope] = useState<TokenScope>('read_metrics')
  const [lifetime, setLifetime] = useState<Lifetime>('90')
  const create = useMutation({
    mutationFn: () => api.post<CreatedToken>('/tokens', { name: name.trim(), scope, expires_at: expiryOf(lifetime) ?? null }),
    onSuccess: () => {
      setName('')
      return client.invalidateQueries({ queryKey: tokensQuery.queryKey })
    },
  })
  // One that was revoked since is of no use to anybody.
  const created = tokens?.some(({ id }) => id === create.data?.id) ? create.data : undefined
  return (
    <>
      {created && (
        <Banner
          action={<CopyButton text={created.secret} />}
          title="Copy the token now. It won’t be shown again."
          tone="good"
        >
          <code className="font-mono text-ink break-all">{created.secret}</code>
        </Banner>
      )}
      {create.error && (
        <Banner title="The token could not be created" tone="danger">
          {failureText(create.error)}
        </Banner>
      )}
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim()) create.mutate()
        }}
      >
        <div className="min-w-0 flex-1 basis-full sm:basis-52">
          <TextField label="Name" maxLength={100} placeholder="Month-end script" value={name} onChange={setName} />
        </div>
        <Select className="w-full sm:w-60" label="Scope" options={SCOPES} value={scope} onChange={setScope} />
        <Select className="w-full sm:w-36" label="Expiration" options={LIFETIMES} value={lifetime} onChange={setLifetime} />
        <Button isDisabled={name.trim() === ''} isPending={create.isPending} type="submit">
          Create token
        </Button>
      </form>
    </>
  )
}

function expiryText({ expires_at }: ApiToken): string {
  if (expires_at === null) return 'doesn’t expire'
  return `${isExpired(expires_at) ? 'expired' : 'expires'} ${formatInstantDay(expires_at, LOCAL_ZONE)}`
}

function TokenList({ tokens }: { tokens: readonly ApiToken[] }) {
  const client = useQueryClient()
  const [asked, setAsked] = useState<ApiToken>()
  const revoke = useMutation({
    mutationFn: (id: string) => api.delete(`/tokens/${encodeURIComponent(id)}`),
    onSuccess: () => {
      setAsked(undefined)
      return client.invalidateQueries({ queryKey: tokensQuery.queryKey })
    },
  })
  return (
    <>
      <ul className="divide-y divide-line border-t border-line">
        {tokens.map((token) => (
          <li key={token.id} className="flex flex-wrap items-center gap-3 py-2.5 text-sm">
            <span className="min-w-0 flex-1 basis-52">
              <span className="flex flex-wrap items-center gap-2">
                <bdi className="font-medium">{token.name}</bdi>
                <Badge>{scopeName(token.scope)}</Badge>
                {isExpired(token.expires_at) && <Badge tone="warn">Expired</Badge>}
              </span>
              <span className="num block text-[0.8125rem] whitespace-normal! text-ink-soft">
                <code className="font-mono">{token.prefix}…</code>
                {token.created_by !== null && (
                  <>
                    {' '}
                    · created by <bdi>{token.created_by}</bdi>
                  </>
                )}{' '}
                · {expiryText(token)} ·{' '}
                {token.last_used_at ? `last used ${formatInstant(token.last_used_at, LOCAL_ZONE)}` : 'never used'}
              </span>
            </span>
            <Button aria-label={`Revoke ${token.name}`} kind="danger" size="small" onPress={() => setAsked(token)}>
              Revoke
            </Button>
          </li>
        ))}
      </ul>
      <ConfirmDialog
        cancel="Cancel"
        confirm="Revoke"
        error={revoke.error}
        failure="The token could not be revoked"
        isOpen={asked !== undefined}
        isPending={revoke.isPending}
        title={`Revoke ${asked?.name ?? 'this token'}?`}
        onConfirm={() => asked && revoke.mutate(asked.id)}
        onOpenChange={(isOpen) => !isOpen && setAsked(undefined)}
      >
        Programs that use it lose access immediately. A revoked token can’t be restored.
      </ConfirmDialog>
    </>
  )
}
