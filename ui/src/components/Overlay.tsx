import type { ReactNode } from 'react'
import { Dialog as AriaDialog, DialogTrigger, Heading, Modal, ModalOverlay, Popover as AriaPopover } from 'react-aria-components'
import type { PopoverProps } from 'react-aria-components'

import { IconButton } from './Button'
import { CloseIcon } from './icons'

export { DialogTrigger }

interface SheetProps {
  title: ReactNode
  /** For a title that is not plain text. */
  label?: string
  isOpen?: boolean
  onOpenChange?: (isOpen: boolean) => void
  children: ReactNode
}

function SheetHead({ title, onClose }: { title: ReactNode; onClose: () => void }) {
  return (
    <header className="flex items-start gap-3 border-b border-line px-5 py-4">
      <Heading slot="title" className="min-w-0 flex-1 text-lg font-semibold wrap-anywhere">
        {title}
      </Heading>
      <IconButton label="Close" onPress={onClose}>
        <CloseIcon />
      </IconButton>
    </header>
  )
}

const controlled = ({ isOpen, onOpenChange }: SheetProps) => ({
  ...(isOpen === undefined ? {} : { isOpen }),
  ...(onOpenChange ? { onOpenChange } : {}),
})

/** Slides in over the page that it belongs to. Escape, a click beside it and its button close it. */
export function Drawer(props: SheetProps & { width?: string; side?: 'left' | 'right' }) {
  const { title, children, width = 'max-w-2xl', side = 'right' } = props
  return (
    <ModalOverlay {...controlled(props)} isDismissable className="fixed inset-0 z-40 bg-scrim">
      <Modal
        className={`fixed inset-y-0 ${side === 'right' ? 'right-0' : 'left-0'} w-full ${width} bg-surface shadow-high outline-none`}
      >
        <AriaDialog className="flex h-full flex-col outline-none">
          {({ close }) => (
            <>
              <SheetHead title={title} onClose={close} />
              {/* The keyboard can scroll what it can focus. */}
              <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4 -outline-offset-2" tabIndex={0}>
                {children}
              </div>
            </>
          )}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

export function Dialog(props: SheetProps) {
  return (
    <ModalOverlay
      {...controlled(props)}
      isDismissable
      className="fixed inset-0 z-40 grid place-items-center overflow-y-auto bg-scrim p-4"
    >
      <Modal className="w-full max-w-lg rounded-2xl border border-line bg-surface shadow-high">
        <AriaDialog className="outline-none">
          {({ close }) => (
            <>
              <SheetHead title={props.title} onClose={close} />
              <div className="px-5 py-4">{props.children}</div>
            </>
          )}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

export function Popover({
  label,
  className = '',
  children,
  ...rest
}: Omit<PopoverProps, 'className' | 'children'> & { label: string; className?: string; children: ReactNode }) {
  return (
    <AriaPopover
      {...rest}
      className={`max-w-[calc(100vw-1rem)] rounded-xl border border-line bg-surface shadow-high outline-none ${className}`}
    >
      <AriaDialog aria-label={label} className="max-h-[inherit] overflow-y-auto outline-none">
        {children}
      </AriaDialog>
    </AriaPopover>
  )
}
