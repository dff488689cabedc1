import type { ReactNode } from 'react'

import { ConnectionSwitcher } from './ConnectionSwitcher'
import { NavButton } from './NavButton'

/**
 * Stays on top of every page: the account, then what governs the page below it, then how current that is. On a phone, the
 * controls are a line of their own that scrolls sideways.
 */
export function Bar({
  strip,
  status,
  below,
  children,
}: {
  /** Above everything: what kind of account this is. */
  strip?: ReactNode
  status?: ReactNode
  below?: ReactNode
  children?: ReactNode
}) {
  return (
    <header className="no-print sticky top-0 z-20 border-b border-line bg-surface">
      {strip}
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1.5 px-3 py-1.5 sm:px-5 xl:flex-nowrap">
        <div className="flex min-w-0 flex-1 items-center gap-2 xl:max-w-60">
          <NavButton />
          <div className="min-w-0 flex-1">
            <ConnectionSwitcher />
          </div>
        </div>
        {children && (
          <div
            aria-label="View"
            className="no-scrollbar -mx-3 flex min-w-0 items-center gap-1.5 overflow-x-auto px-3 py-0.5 max-xl:order-last max-xl:w-[calc(100%+1.5rem)] sm:-mx-0.5 sm:px-0.5 sm:max-xl:w-full"
            data-tour="view"
            role="group"
          >
            {children}
          </div>
        )}
        <div className="ml-auto shrink-0">{status}</div>
      </div>
      {below}
    </header>
  )
}
