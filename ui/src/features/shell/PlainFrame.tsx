import { Outlet } from '@tanstack/react-router'

import { Logo } from './Logo'
import { UserMenu } from './UserMenu'

/** The frame for somebody who is signed in and can't open a workspace: there is nothing to navigate between. */
export function PlainFrame() {
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-3xl flex-col gap-6 px-4 py-6">
      <header>
        <Logo />
      </header>
      <main className="min-w-0 outline-none" id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="mt-auto w-64 max-w-full">
        <UserMenu />
      </footer>
    </div>
  )
}
