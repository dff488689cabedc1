import { useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'

import type { PanelState } from './panels'
import { preloadPanels, usePanels } from './usePanels'

type Panels = NonNullable<ReturnType<typeof usePanels>>

interface OpenerProps {
  kind: 'dialog' | 'menu' | 'listbox'
  /** What is read out, where that is not what is written. */
  label?: string | undefined
  className: string
  isDisabled?: boolean
  children: ReactNode
  panel: (panels: Panels, state: PanelState) => ReactNode
}

/** A button that opens something over the page. What it opens has usually been loaded by then. */
export function Opener({ kind, label, className, isDisabled = false, children, panel }: OpenerProps) {
  const triggerRef = useRef<HTMLButtonElement>(null)
  const [isOpen, onOpenChange] = useState(false)
  const panels = usePanels(isOpen)
  const open = () => {
    // Not every browser moves the focus to what was clicked, and it has to return here.
    triggerRef.current?.focus()
    onOpenChange(true)
  }
  const openByArrow = (event: KeyboardEvent) => {
    if (kind === 'dialog' || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return
    event.preventDefault()
    open()
  }
  return (
    <>
      <button
        ref={triggerRef}
        aria-expanded={isOpen}
        aria-haspopup={kind}
        aria-label={label}
        className={className}
        disabled={isDisabled}
        type="button"
        onClick={open}
        onFocus={preloadPanels}
        onKeyDown={openByArrow}
        onPointerEnter={preloadPanels}
      >
        {children}
      </button>
      {/* The ref is handed on, not read. */}
      {/* oxlint-disable-next-line react/refs */}
      {panels && isOpen && panel(panels, { triggerRef, isOpen, onOpenChange })}
    </>
  )
}
