import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '~/api/client'
import { tokensQuery } from '~/api/queries'
import type { CreatedToken } from '~/api/types'
import { Button } from '~/components/Button'
import { CopyButton } from '~/components/CopyButton'
import { Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { formatInstant } from '~/format/date'

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

/** Keys for programs: everything on the pages is available with one. */
export function TokensSection() {
  const tokens = useQuery(tokensQuery)
  const client = useQueryClient()
  const [name, setName] = useState('')
  const refresh = () => client.invalidateQueries({ queryKey: tokensQuery.queryKey })
  const create = useMutation({
    mutationFn: () => api.post<CreatedToken>('/tokens', { name: name.trim() }),
    onSuccess: () => {
      setName('')
      return refresh()
    },
  })
  const revoke = useMutation({ mutationFn: (id: string) => api.delete(`/tokens/${encodeURIComponent(id)}`), onSuccess: refresh })
  return (
    <section aria-label="API tokens" className="card flex flex-col gap-4 p-5">
      <div>
        <h2 className="text-lg font-semibold">API tokens</h2>
        <p className="text-sm text-ink-soft">
          For scripts and BI tools. Everything on these pages is available through the{' '}
          <a className="link" href="/api/openapi.json" rel="noreferrer" target="_blank">
            API
          </a>
          . A token has full access to this workspace.
        </p>
      </div>
      {create.data && (
        <Banner
          action={<CopyButton text={create.data.secret} />}
          title="Copy the token now. It won’t be shown again."
          tone="good"
        >
          <code className="font-mono text-ink break-all">{create.data.secret}</code>
        </Banner>
      )}
      {create.error && (
        <Banner title="The token could not be created" tone="danger">
          {create.error.message}
        </Banner>
      )}
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim()) create.mutate()
        }}
      >
        <div className="min-w-0 flex-1 basis-64">
          <TextField label="Name" placeholder="Month-end script" value={name} onChange={setName} />
        </div>
        <Button isDisabled={name.trim() === ''} isPending={create.isPending} type="submit">
          Create token
        </Button>
      </form>
      {tokens.error && !tokens.data && <ErrorState error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {!tokens.data && !tokens.error && <SkeletonRows rows={2} />}
      {tokens.data?.length === 0 && <p className="text-sm text-ink-soft">No tokens yet.</p>}
      <ul className="divide-y divide-line">
        {tokens.data?.map((token) => (
          <li key={token.id} className="flex flex-wrap items-center gap-3 py-2.5 text-sm">
            <span className="min-w-0 flex-1 basis-52">
              <bdi className="block font-medium">{token.name}</bdi>
              <span className="num block text-[0.8125rem] whitespace-normal! text-ink-soft">
                <code className="font-mono">{token.prefix}…</code> ·{' '}
                {token.last_used_at ? `last used ${formatInstant(token.last_used_at, ZONE)}` : 'never used'}
              </span>
            </span>
            <Button
              aria-label={`Revoke ${token.name}`}
              isDisabled={revoke.isPending}
              kind="danger"
              size="small"
              onPress={() => revoke.mutate(token.id)}
            >
              Revoke
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
