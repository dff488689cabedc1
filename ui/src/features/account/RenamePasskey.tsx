import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { api, failureText } from '~/api/client'
import type { Passkey } from '~/api/types'
import { Button } from '~/components/Button'
import { Dialog } from '~/components/Overlay'

import { PasskeyName } from './PasskeyName'

interface RenamePasskeyProps {
  passkey: Passkey | undefined
  onClose: () => void
  onRenamed: () => Promise<unknown>
}

export function RenamePasskey({ passkey, onClose, onRenamed }: RenamePasskeyProps) {
  return (
    <Dialog isOpen={passkey !== undefined} title="Rename passkey" onOpenChange={(next) => !next && onClose()}>
      {passkey && <Form key={passkey.id} passkey={passkey} onClose={onClose} onRenamed={onRenamed} />}
    </Dialog>
  )
}

function Form({ passkey, onClose, onRenamed }: RenamePasskeyProps & { passkey: Passkey }) {
  const [name, setName] = useState(passkey.name)
  const change = useMutation({
    mutationFn: () => api.patch<Passkey>(`/me/passkeys/${encodeURIComponent(passkey.id)}`, { name: name.trim() }),
    onSuccess: async () => {
      await onRenamed()
      onClose()
    },
  })
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() !== '') change.mutate()
      }}
    >
      <PasskeyName error={change.error ? failureText(change.error) : undefined} value={name} onChange={setName} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onPress={onClose}>
          Cancel
        </Button>
        <Button isDisabled={name.trim() === ''} isPending={change.isPending} kind="primary" type="submit">
          Rename
        </Button>
      </div>
    </form>
  )
}
