import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '~/api/client'
import { connectionPath, deadQuery, webhookQuery } from '~/api/queries'
import type { Connection, Webhook, WebhookState } from '~/api/types'
import { Button } from '~/components/Button'
import { CopyButton } from '~/components/CopyButton'
import { Fact } from '~/components/Fact'
import { Badge, Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { formatInstant } from '~/format/date'
import { capital } from '~/format/names'
import { countOf } from '~/format/number'
import { sourceOf } from '~/sources'

/** How soon a change appears, and by which route. */
const STATE: Record<WebhookState, { title: string; label: string; tone: 'good' | 'plain' | 'warn' }> = {
  live: { title: 'Changes appear within a second', label: 'Webhook live', tone: 'good' },
  registered: { title: 'Live updates start with the next change', label: 'Webhook registered', tone: 'good' },
  silent: { title: 'Changes appear within a minute', label: 'Webhook silent', tone: 'warn' },
  pending: { title: 'Changes appear within a minute', label: 'Registering webhook', tone: 'plain' },
  unreachable: { title: 'Changes appear within a minute', label: 'Polling every minute', tone: 'plain' },
  manual: { title: 'Changes appear within a minute', label: 'Polling every minute', tone: 'warn' },
}

const pathOf = (connection: Connection) => `${connectionPath(connection.id)}/webhook`

/** How a change in the billing system reaches these pages, and how soon. */
export function Freshness({ connection }: { connection: Connection }) {
  const query = useQuery(webhookQuery(connection.id))
  const webhook = query.data
  return (
    <section aria-label="Freshness" className="card flex flex-col gap-4 p-5">
      {query.error && !webhook && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {!webhook && !query.error && <SkeletonRows rows={3} />}
      {webhook && <Facts connection={connection} webhook={webhook} />}
      {webhook && webhook.dead > 0 && <Dead connection={connection} />}
      {webhook?.url && !connection.is_sample && <ByHand key={webhook.state} connection={connection} webhook={webhook} />}
    </section>
  )
}

function Facts({ connection, webhook }: { connection: Connection; webhook: Webhook }) {
  const { title, label, tone } = STATE[webhook.state]
  const zone = connection.time_zone
  const { states, isByHandOnly } = sourceOf(connection).webhook
  return (
    <>
      <div>
        <h2 className="flex flex-wrap items-center gap-2 font-semibold">
          {title}
          <Badge tone={tone}>{label}</Badge>
        </h2>
        <p className="mt-1 text-sm text-ink-soft">{states[webhook.state]}</p>
        {webhook.refused && !isByHandOnly && <p className="mt-1 text-sm text-ink-soft">{capital(webhook.refused.message)}.</p>}
      </div>
      <dl className="grid grid-cols-1 gap-x-6 gap-y-3 text-sm sm:grid-cols-3">
        <Fact
          label="Data through"
          value={connection.data_through === null ? 'No data yet' : formatInstant(connection.data_through, zone)}
        />
        <Fact
          label="Last webhook received"
          value={webhook.last_received_at === null ? 'None yet' : formatInstant(webhook.last_received_at, zone)}
        />
        <Fact label="Waiting to be processed" value={countOf(webhook.waiting, 'change')} />
      </dl>
    </>
  )
}

/** What could not be fetched after half a day of trying: a person has to decide. */
function Dead({ connection }: { connection: Connection }) {
  const { data: dead } = useQuery(deadQuery(connection.id))
  const client = useQueryClient()
  const retry = useMutation({
    mutationFn: () => api.post(`${pathOf(connection)}/retry`),
    onSuccess: () => client.invalidateQueries({ queryKey: webhookQuery(connection.id).queryKey }),
  })
  return (
    <Banner
      action={
        <Button isPending={retry.isPending} size="small" onPress={() => retry.mutate()}>
          Try again
        </Button>
      }
      title="Some changes could not be fetched"
      tone="warn"
    >
      <ul className="mt-1 flex flex-col gap-1">
        {dead?.map((one) => (
          <li key={one.event_id}>
            <code className="font-mono break-all">
              {one.event_type} {one.object_id}
            </code>
            , {formatInstant(one.created_at, connection.time_zone)}: {one.error} ({countOf(one.attempts, 'attempt')})
          </li>
        ))}
      </ul>
      {retry.error && <p>{retry.error.message}</p>}
    </Banner>
  )
}

/** The endpoint as it is created in the billing system, and the secret that it signs with. */
function ByHand({ connection, webhook }: { connection: Connection; webhook: Webhook }) {
  const [secret, setSecret] = useState('')
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: () => api.put(`${pathOf(connection)}/secret`, { secret: secret.trim() }),
    onSuccess: async () => {
      setSecret('')
      await client.invalidateQueries({ queryKey: webhookQuery(connection.id).queryKey })
    },
  })
  const isManual = webhook.state === 'manual'
  const texts = sourceOf(connection).webhook
  return (
    <details className="border-t border-line pt-4 text-sm" open={isManual}>
      <summary className="link cursor-pointer">{isManual ? 'Create the endpoint by hand' : `Replace the ${texts.secretLabel.toLowerCase()}`}</summary>
      <div className="mt-3 flex flex-col gap-4">
        {isManual && (
          <ol className="flex list-decimal flex-col gap-2 pl-5 text-ink-soft">
            <li>
              {texts.byHand.address}
              <Copyable text={webhook.url ?? ''} />
            </li>
            <li>
              {texts.byHand.version(webhook.api_version)}
              <details className="mt-1">
                <summary className="link cursor-pointer">{countOf(webhook.events.length, 'event')}</summary>
                <Copyable text={webhook.events.join(', ')} />
              </details>
            </li>
            <li>{texts.byHand.secret}</li>
          </ol>
        )}
        <form
          className="flex flex-wrap items-end gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            if (secret.trim()) save.mutate()
          }}
        >
          <div className="min-w-0 flex-1 basis-64">
            <TextField
              autoComplete="off"
              error={save.error?.message}
              hint={isManual ? undefined : 'The previous one stays valid for events already on their way.'}
              isMono
              label={texts.secretLabel}
              placeholder={texts.secretPlaceholder}
              spellCheck="false"
              value={secret}
              onChange={setSecret}
            />
          </div>
          <Button isDisabled={secret.trim() === ''} isPending={save.isPending} type="submit">
            Save
          </Button>
        </form>
        {save.isSuccess && <Banner title="Saved, encrypted" tone="good" />}
      </div>
    </details>
  )
}

function Copyable({ text }: { text: string }) {
  return (
    <span className="mt-1 flex flex-wrap items-start gap-2">
      <code className="min-w-0 flex-1 basis-64 font-mono text-xs break-all text-ink">{text}</code>
      <CopyButton text={text} />
    </span>
  )
}
