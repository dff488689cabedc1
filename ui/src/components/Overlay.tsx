import type { ReactNode } from 'react'

import { Opener } from './Opener'
import type { Placement } from './panels'
import { usePanels } from './usePanels'

export interface SheetProps {
  title: ReactNode
  isOpen: boolean
  onOpenChange: (isOpen: boolean) => void
  children: ReactNode
}

/** Slides in over the page that it belongs to. Escape, a click beside it and its button close it. */
export function Drawer({ width = 'max-w-2xl', side = 'right', ...sheet }: SheetProps & { width?: string; side?: 'left' | 'right' }) {
  const panels = usePanels(sheet.isOpen)
  return panels ? <panels.DrawerPanel {...sheet} side={side} width={width} /> : null
}

interface DetailDrawerProps extends Omit<SheetProps, 'onOpenChange'> {
  /** What narrows it, below the title. */
  subtitle?: ReactNode
  width?: string
  onClose: () => void
}

/** A drawer about what was clicked: the page knows what is open, so it only ever closes. */
export function DetailDrawer({ title, subtitle, onClose, ...sheet }: DetailDrawerProps) {
  return (
    <Drawer
      {...sheet}
      title={
        <>
          {title}
          {subtitle && <span className="block text-sm font-normal text-ink-soft">{subtitle}</span>}
        </>
      }
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose()
      }}
    />
  )
}

export function Dialog(sheet: SheetProps) {
  const panels = usePanels(sheet.isOpen)
  return panels ? <panels.DialogPanel {...sheet} /> : null
}

interface PopoverButtonProps {
  /** What the popover is called. */
  title: string
  /** What is read out for the button, where that is not what is written. */
  label?: string
  className: string
  popoverClassName: string
  placement?: Placement
  /** What the button shows. */
  button: ReactNode
  children: ReactNode | ((close: () => void) => ReactNode)
}

/** A button with something below it. */
export function PopoverButton({ title, label, className, popoverClassName, placement = 'bottom start', button, children }: PopoverButtonProps) {
  return (
    <Opener
      className={className}
      kind="dialog"
      label={label}
      panel={({ PopoverPanel }, state) => (
        <PopoverPanel {...state} className={popoverClassName} label={title} placement={placement}>
          {typeof children === 'function' ? children(() => state.onOpenChange(false)) : children}
        </PopoverPanel>
      )}
    >
      {button}
    </Opener>
  )
}
