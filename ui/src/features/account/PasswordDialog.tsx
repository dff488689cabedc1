import { useState } from 'react'
import type { ReactNode } from 'react'

import { ApiError, failureText } from '~/api/client'
import { Button } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { Dialog } from '~/components/Overlay'

interface PasswordDialogProps {
  title: string
  /** What it does. */
  text: string
  confirm: string
  /** What else is entered. */
  children?: ReactNode
  error: Error | null
  isOpen: boolean
  isPending: boolean
  /** It can't be undone. */
  isDangerous?: boolean
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
function PasswordForm({ text, confirm, children, error, isPending, isDangerous = false, onCancel, onConfirm }: PasswordFormProps) {
  const [password, setPassword] = useState('')
  const isOfPassword = error instanceof ApiError && error.problem.field === 'password'
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (password !== '') onConfirm(password)
      }}
    >
      <p className="text-sm text-ink-soft">{text}</p>
      {children}
      <TextField
        autoComplete="current-password"
        error={isOfPassword ? failureText(error) : undefined}
        label="Your password"
        type="password"
        value={password}
        onChange={setPassword}
      />
      {error && !isOfPassword && <Banner title={failureText(error)} tone="danger" />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onPress={onCancel}>
          Cancel
        </Button>
        <Button isDisabled={password === ''} isPending={isPending} kind={isDangerous ? 'danger' : 'primary'} type="submit">
          {confirm}
        </Button>
      </div>
    </form>
  )
}
