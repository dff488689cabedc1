import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Fragment, useState } from 'react'

import { api } from '~/api/client'
import { connectionPath, connectionsQuery } from '~/api/queries'
import type { Connection, RemovalReceipt } from '~/api/types'
import { Button } from '~/components/Button'
import { ConfirmForm } from '~/components/ConfirmDialog'
import { Banner } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { Dialog } from '~/components/Overlay'
import { refusalOf } from '~/features/connect/useKeyCheck'
import { Reload } from '~/features/sync/Reload'
import { formatInstant } from '~/format/date'
import { sentence } from '~/format/names'
import { formatCount } from '~/format/number'

export function ConnectionSection({ connection }: { connection: Connection }) {
  return (
    <section aria-label="Connection" className="card flex flex-col gap-6 p-5">
      <h2 className="text-lg font-semibold">The connection</h2>
      <Rename key={connection.name} connection={connection} />
      {!connection.is_sample && <ReplaceKey connection={connection} />}
      <div className="flex flex-wrap items-center gap-3 border-t border-line pt-5">
        <div className="min-w-0 flex-1 basis-64">
          <p className="font-medium">Load everything again</p>
          <p className="text-[0.8125rem] text-ink-soft">
            For data that is damaged, or that you trust no more. It takes as long as the first load did.
          </p>
        </div>
        <Reload connection={connection} />
      </div>
      <Remove connection={connection} />
    </section>
  )
}

function Rename({ connection }: { connection: Connection }) {
  const [name, setName] = useState(connection.name)
  const client = useQueryClient()
  const rename = useMutation({
    mutationFn: () => api.patch<Connection>(connectionPath(connection.id), { name: name.trim() }),
    onSuccess: () => client.invalidateQueries({ queryKey: connectionsQuery.queryKey }),
  })
  const isChanged = name.trim() !== '' && name.trim() !== connection.name
  return (
    <form
      className="flex flex-wrap items-end gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (isChanged) rename.mutate()
      }}
    >
      <div className="min-w-0 flex-1 basis-64">
        <TextField error={rename.error?.message} label="Name" value={name} onChange={setName} />
      </div>
      <Button isDisabled={!isChanged} isPending={rename.isPending} type="submit">
        Rename
      </Button>
    </form>
  )
}

function ReplaceKey({ connection }: { connection: Connection }) {
  const [key, setKey] = useState('')
  const client = useQueryClient()
  const replace = useMutation({
    mutationFn: () => api.put(`${connectionPath(connection.id)}/key`, { key: key.trim() }),
    onSuccess: async () => {
      setKey('')
      await client.invalidateQueries({ queryKey: connectionsQuery.queryKey })
    },
  })
  const refusal = replace.error ? refusalOf(replace.error) : undefined
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        replace.mutate()
      }}
    >
      <div className="flex flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <TextField
            autoComplete="off"
            isMono
            label={`Replace the key${connection.key_hint ? ` (now ${connection.key_hint})` : ''}`}
            placeholder="rk_live_…"
            spellCheck="false"
            value={key}
            onChange={setKey}
          />
        </div>
        <Button isDisabled={key.trim().length < 8} isPending={replace.isPending} type="submit">
          Check and replace
        </Button>
      </div>
      <p className="text-[0.8125rem] text-ink-soft">It must be a key of the same account. Everything loaded so far stays.</p>
      {refusal && (
        <Banner title={refusal.title} tone="danger">
          {refusal.advice}
        </Banner>
      )}
      {replace.isSuccess && <Banner title="The key was replaced" tone="good" />}
    </form>
  )
}

function Remove({ connection }: { connection: Connection }) {
  const [isOpen, setIsOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const client = useQueryClient()
  const navigate = useNavigate()
  const remove = useMutation({ mutationFn: () => api.delete<RemovalReceipt>(connectionPath(connection.id)) })
  // It is gone: this page has nothing to show any more.
  const leave = async () => {
    await navigate({ to: '/connect' })
    await client.invalidateQueries({ queryKey: connectionsQuery.queryKey })
  }
  return (
    <div className="flex flex-wrap items-center gap-3 border-t border-line pt-5">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium">Remove this connection</p>
        <p className="text-[0.8125rem] text-ink-soft">
          Deletes everything that was loaded from this server, at once. In Stripe only Chartsy’s own webhook goes.
        </p>
      </div>
      <Button kind="danger" onPress={() => setIsOpen(true)}>
        Remove …
      </Button>
      <Dialog
        isOpen={isOpen}
        title={remove.data ? `${remove.data.name} is removed` : `Remove ${connection.name}?`}
        onOpenChange={(isOpen) => {
          setIsOpen(isOpen)
          if (!isOpen && remove.data) void leave()
        }}
      >
        {remove.data ? (
          <Removed receipt={remove.data} zone={connection.time_zone} onDone={() => void leave()} />
        ) : (
          <ConfirmForm
            below={
              <TextField
                error={remove.error?.message}
                label={`Type “${connection.name}” to confirm`}
                value={typed}
                onChange={setTyped}
              />
            }
            cancel="Keep it"
            confirm="Remove for good"
            isDisabled={typed !== connection.name}
            isPending={remove.isPending}
            onCancel={() => setIsOpen(false)}
            onConfirm={() => remove.mutate()}
          >
            All of its objects, numbers and its key are deleted from this machine and cannot be brought back here. You can connect
            the account again and load it anew.
          </ConfirmForm>
        )}
      </Dialog>
    </div>
  )
}

const WEBHOOK: Record<RemovalReceipt['webhook'], string> = {
  none: '',
  removed: 'Its webhook is removed from Stripe.',
  left: 'Stripe did not remove its webhook: delete it there, under Developers, Webhooks. What it still sends is refused.',
}

/** What went, for whoever has to show that it did. */
function Removed({ receipt, zone, onDone }: { receipt: RemovalReceipt; zone: string; onDone: () => void }) {
  const objects = Object.entries(receipt.objects).filter(([, count]) => count > 0)
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-ink-soft">
        On {formatInstant(receipt.removed_at, zone)} its key, its numbers and all of its objects were deleted from this machine.{' '}
        {WEBHOOK[receipt.webhook]}
      </p>
      {objects.length > 0 && (
        <dl className="grid grid-cols-[1fr_auto] gap-x-6 gap-y-1 text-sm">
          {objects.map(([kind, count]) => (
            <Fragment key={kind}>
              <dt>{sentence(kind)}</dt>
              <dd className="num text-right">{formatCount(count)}</dd>
            </Fragment>
          ))}
        </dl>
      )}
      <div className="flex justify-end">
        <Button onPress={onDone}>Done</Button>
      </div>
    </div>
  )
}
