import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { api, failureText } from '~/api/client'
import type { Passkey } from '~/api/types'
import { Button } from '~/components/Button'
import { TextField } from '~/components/Field'
import { Dialog } from '~/components/Overlay'

interface FormProps {
  initial: string
  submit: string
  save: (name: string) => Promise<unknown>
  onCancel?: () => void
}

function Form({ initial, submit, save, onCancel }: FormProps) {
  const [name, setName] = useState(initial)
  const change = useMutation({ mutationFn: () => save(name.trim()) })
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() !== '') change.mutate()
      }}
    >
      <TextField
        autoComplete="off"
        // It is what the page asks for next.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        error={change.error ? failureText(change.error) : undefined}
        hint="Such as the device that it is on."
        label="Name of the passkey"
        maxLength={100}
        value={name}
        onChange={setName}
      />
      <div className="flex flex-wrap gap-2">
        <Button isDisabled={name.trim() === ''} isPending={change.isPending} kind="primary" type="submit">
          {submit}
        </Button>
        {onCancel && (
          <Button kind="quiet" onPress={onCancel}>
            Cancel
          </Button>
        )}
      </div>
    </form>
  )
}

/** The device has created it; it is kept once it has a name. */
export function NewPasskey({ credential, suggestion, onDone }: { credential: unknown; suggestion: string; onDone: () => void }) {
  return (
    <div className="max-w-md border-t border-line pt-5">
      <Form
        initial={suggestion}
        save={async (name) => {
          await api.post<Passkey>('/me/passkeys', { name, credential })
          onDone()
        }}
        submit="Save passkey"
        onCancel={onDone}
      />
    </div>
  )
}

export function RenameDialog({ passkey, onClose, onRenamed }: { passkey: Passkey | undefined; onClose: () => void; onRenamed: () => Promise<unknown> }) {
  return (
    <Dialog isOpen={passkey !== undefined} title="Rename passkey" onOpenChange={(next) => !next && onClose()}>
      {passkey && (
        <Form
          key={passkey.id}
          initial={passkey.name}
          save={async (name) => {
            await api.patch<Passkey>(`/me/passkeys/${encodeURIComponent(passkey.id)}`, { name })
            await onRenamed()
            onClose()
          }}
          submit="Rename"
          onCancel={onClose}
        />
      )}
    </Dialog>
  )
}
