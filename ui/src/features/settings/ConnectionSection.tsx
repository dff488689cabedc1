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
import { NameForm } from '~/components/NameForm'
import { Dialog } from '~/components/Overlay'
import { refusalOf } from '~/features/connect/useKeyCheck'
import { Reload } from '~/features/sync/Reload'
import { formatInstant } from '~/format/date'
import { sentence, uncapital } from '~/format/names'
import { formatCount } from '~/format/number'
import { sourceOf } from '~/sources'

export function ConnectionSection({ connection }: { connection: Connection }) {
  return (
    <section aria-label="Connection" className="card flex flex-col gap-6 p-5">
      <h2 className="text-lg font-semibold">Connection</h2>
      <Rename key={connection.name} connection={connection} />
      {!connection.is_sample && <ReplaceKey connection={connection} />}
      <div className="flex flex-wrap items-center gap-3 border-t border-line pt-5">
        <div className="min-w-0 flex-1 basis-64">
          <h3 className="font-semibold">Reload all data</h3>
          <p className="text-[0.8125rem] text-ink-soft">
            Use this if the data is corrupted or looks wrong. It takes as long as the first import.
          </p>
        </div>
        <Reload connection={connection} />
      </div>
      <Remove connection={connection} />
    </section>
  )
}

function Rename({ connection }: { connection: Connection }) {
  const client = useQueryClient()
  const save = async (name: string) => {
    await api.patch<Connection>(connectionPath(connection.id), { name })
    await client.invalidateQueries({ queryKey: connectionsQuery.queryKey })
  }
  return <NameForm label="Name" name={connection.name} save={save} submit="Rename" />
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
  const texts = sourceOf(connection).key
  const refusal = replace.error ? refusalOf(replace.error, texts) : undefined
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
            label={`Replace the key${connection.key_hint ? ` (current: ${connection.key_hint})` : ''}`}
            {...(texts ? { placeholder: [texts.owner?.placeholder, texts.placeholder].filter(Boolean).join(':') } : {})}
            spellCheck="false"
            value={key}
            onChange={setKey}
          />
        </div>
        <Button isDisabled={key.trim().length < 8} isPending={replace.isPending} type="submit">
          Check and replace
        </Button>
      </div>
      <p className="text-[0.8125rem] text-ink-soft">
        {texts?.owner && `Enter the ${uncapital(texts.owner.label)} and the ${uncapital(texts.label)} together, with a colon between them. `}The key must belong to the same account. All imported data stays.
      </p>
      {refusal && (
        <Banner title={refusal.title} tone="danger">
          {refusal.advice}
        </Banner>
      )}
      {replace.isSuccess && <Banner title="Key replaced" tone="good" />}
    </form>
  )
}

function Remove({ connection }: { connection: Connection }) {
  const [isOpen, setIsOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const { webhook } = sourceOf(connection)
  const client = useQueryClient()
  const navigate = useNavigate()
  const remove = useMutation({ mutationFn: () => api.delete<RemovalReceipt>(connectionPath(connection.id)) })
  // This page has nothing to show anymore.
  const leave = async () => {
    await navigate({ to: '/connect' })
    await client.invalidateQueries({ queryKey: connectionsQuery.queryKey })
  }
  return (
    <div className="flex flex-wrap items-center gap-3 border-t border-line pt-5">
      <div className="min-w-0 flex-1 basis-64">
        <h3 className="font-semibold">Remove connection</h3>
        <p className="text-[0.8125rem] text-ink-soft">
          Immediately deletes all imported data from this server. {webhook.removal}
        </p>
      </div>
      <Button kind="danger" onPress={() => setIsOpen(true)}>
        Remove…
      </Button>
      <Dialog
        isOpen={isOpen}
        title={remove.data ? `${remove.data.name} was removed` : `Remove ${connection.name}?`}
        onOpenChange={(isOpen) => {
          setIsOpen(isOpen)
          if (!isOpen && remove.data) void leave()
        }}
      >
        {remove.data ? (
          <Removed connection={connection} receipt={remove.data} onDone={() => void leave()} />
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
            cancel="Cancel"
            confirm="Remove permanently"
            isDisabled={typed !== connection.name}
            isPending={remove.isPending}
            onCancel={() => setIsOpen(false)}
            onConfirm={() => remove.mutate()}
          >
            All imported data, all figures and the key are deleted from this machine and can’t be restored. You can connect the
            account and import it again.
          </ConfirmForm>
        )}
      </Dialog>
    </div>
  )
}

/** What was deleted, for anyone who has to prove it. */
function Removed({ receipt, connection, onDone }: { receipt: RemovalReceipt; connection: Connection; onDone: () => void }) {
  const { webhook } = sourceOf(connection)
  const objects = Object.entries(receipt.objects).filter(([, count]) => count > 0)
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-ink-soft">
        The key, all figures and all imported data were deleted from this machine on{' '}
        {formatInstant(receipt.removed_at, connection.time_zone)}. {receipt.webhook !== 'none' && webhook[receipt.webhook]}
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
