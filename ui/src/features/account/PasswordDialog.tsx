import { useState } from 'react'

import { failureText } from '~/api/client'
import { Button } from '~/components/Button'
import { TextField } from '~/components/Field'
import { Dialog } from '~/components/Overlay'

interface PasswordDialogProps {
  title: string
  /** What it does. */
  text: string
  confirm: string
  error: Error | null
  isOpen: boolean
  isPending: boolean
  onClose: () => void
  onConfirm: (password: string) => void
}

/** Asks for the password again: whoever finds a browser signed in must not change how the account is protected. */
export function PasswordDialog({ title, isOpen, onClose, ...form }: PasswordDialogProps) {
  return (
    <Dialog isOpen={isOpen} title={title} onOpenChange={(next) => !next && onClose()}>
      <PasswordForm {...form} onCancel={onClose} />
    </Dialog>
  )
}

type PasswordFormProps = Omit<PasswordDialogProps, 'title' | 'isOpen' | 'onClose'> & { onCancel: () => void }

/** What was entered goes with the dialog. */
function PasswordForm({ text, confirm, error, isPending, onCancel, onConfirm }: PasswordFormProps) {
  const [password, setPassword] = useState('')
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (password !== '') onConfirm(password)
      }}
    >
      <p className="text-sm text-ink-soft">{text}</p>
      <TextField
        autoComplete="current-password"
        error={error ? failureText(error) : undefined}
        label="Your password"
        type="password"
        value={password}
        onChange={setPassword}
      />
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onPress={onCancel}>
          Cancel
        </Button>
        <Button isDisabled={password === ''} isPending={isPending} kind="primary" type="submit">
          {confirm}
        </Button>
      </div>
    </form>
  )
}
