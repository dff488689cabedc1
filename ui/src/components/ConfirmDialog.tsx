import type { ReactNode } from 'react'

import { Button } from './Button'
import { Banner } from './Feedback'
import { Dialog } from './Overlay'

interface Props {
  title: string
  /** What it does, and that there is no way back. */
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

/** Asks before something that cannot be undone. */
export function ConfirmDialog(props: Props) {
  return (
    <Dialog isOpen={props.isOpen} title={props.title} onOpenChange={props.onOpenChange}>
      <div className="flex flex-col gap-4">
        <p className="text-sm text-ink-soft">{props.children}</p>
        {props.error && (
          <Banner title={props.failure} tone="danger">
            {props.error.message}
          </Banner>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button kind="quiet" onPress={() => props.onOpenChange(false)}>
            {props.cancel}
          </Button>
          <Button isPending={props.isPending} kind="danger" onPress={props.onConfirm}>
            {props.confirm}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
