import type { ReactNode } from 'react'

import { Opener } from './Opener'

export interface MenuEntry {
  id: string
  text: string
  /** Instead of the text. */
  content?: ReactNode
  isDisabled?: boolean
  /** Below a line. */
  isApart?: boolean
}

interface MenuButtonProps {
  /** What the menu is of; also what the button is called, where it shows no text. */
  label: string
  hasText?: boolean
  className: string
  menuClassName?: string
  isDisabled?: boolean
  children: ReactNode
  entries: readonly MenuEntry[]
  onAction?: (id: string) => void
  /** With these, entries are switched on and off. */
  selected?: readonly string[]
  onSelect?: (ids: string[]) => void
}

export function MenuButton({ label, hasText = false, className, menuClassName, isDisabled = false, children, ...menu }: MenuButtonProps) {
  return (
    <Opener
      className={className}
      isDisabled={isDisabled}
      kind="menu"
      label={hasText ? undefined : label}
      panel={({ MenuPanel }, state) => (
        <MenuPanel {...menu} {...state} label={label} {...(menuClassName ? { className: menuClassName } : {})} />
      )}
    >
      {children}
    </Opener>
  )
}
