import type { ReactNode } from 'react'
import { Menu as AriaMenu, MenuItem as AriaMenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components'
import type { MenuItemProps, MenuProps } from 'react-aria-components'

import { CheckIcon } from './icons'

export { MenuTrigger }

export function Menu<T extends object>({ className = '', ...props }: Omit<MenuProps<T>, 'className'> & { className?: string }) {
  return (
    <Popover
      className={`min-w-48 max-w-[calc(100vw-1rem)] rounded-xl border border-line bg-surface p-1 shadow-high outline-none ${className}`}
    >
      <AriaMenu {...props} className="max-h-[60vh] overflow-y-auto outline-none" />
    </Popover>
  )
}

export function MenuItem({ children, ...props }: Omit<MenuItemProps, 'className' | 'children'> & { children: ReactNode }) {
  const isChoice = props.href === undefined
  return (
    <AriaMenuItem
      {...props}
      className="flex cursor-pointer items-center gap-2 rounded-lg px-2.5 py-2 text-sm outline-none data-focused:bg-hover data-disabled:cursor-default data-disabled:text-ink-faint"
    >
      {({ isSelected, selectionMode }) => (
        <>
          <span className="min-w-0 flex-1">{children}</span>
          {isChoice && selectionMode !== 'none' && (
            <CheckIcon className={`size-4 text-accent ${isSelected ? '' : 'invisible'}`} />
          )}
        </>
      )}
    </AriaMenuItem>
  )
}

export function MenuSeparator() {
  return <Separator className="my-1 border-t border-line" />
}
