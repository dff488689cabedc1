import type { ReactNode } from 'react'

import { Button } from './Button'
import { Banner } from './Feedback'
import { Dialog } from './Overlay'

interface ConfirmFormProps {
  /** What it does, and that it can't be undone. */
  children: ReactNode
  /** Below that: what has to be entered first, or what went wrong. */
  below?: ReactNode
  confirm: string
  cancel: string
  isDisabled?: boolean
  isPending: boolean
  onCancel: () => void
  onConfirm: () => void
}

/** The content of a dialog that asks before something that can't be undone. */
export function ConfirmForm({ isDisabled = false, ...props }: ConfirmFormProps) {
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isDisabled) props.onConfirm()
      }}
    >
      <p className="text-sm text-ink-soft">{props.children}</p>
      {props.below}
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onPress={props.onCancel}>
          {props.cancel}
        </Button>
        <Button isDisabled={isDisabled} isPending={props.isPending} kind="danger" type="submit">
          {props.confirm}
        </Button>
      </div>
    </form>
  )
}

interface Props {
  title: string
  /** What it does, and that it can't be undone. */
  children: ReactNode
  confirm: string
  cancel: string
  /** The title of a failure. */
  failure: string
  error: Error | null
  isOpen: boolean
  isPending: boolean
  onOpenChange: (isOpen: boolean) => void
  onConfirm: () => void
}

/** Asks before something that can't be undone. */
export function ConfirmDialog({ title, failure, error, isOpen, onOpenChange, ...form }: Props) {
  return (
    <Dialog isOpen={isOpen} title={title} onOpenChange={onOpenChange}>
      <ConfirmForm
        {...form}
        below={
          error && (
            <Banner title={failure} tone="danger">
              {error.message}
            </Banner>
          )
        }
        onCancel={() => onOpenChange(false)}
      />
    </Dialog>
  )
}
