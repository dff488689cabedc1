import { useQuery } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'

import { sessionQuery } from '~/api/queries'
import { buttonClass } from '~/components/Button'

import { AppShell } from './AppShell'
import { Logo } from './Logo'

/** The help stands among the pages, and for somebody who isn't signed in, alone. */
export function HelpFrame() {
  const { data: session } = useQuery(sessionQuery)
  if (session) return <AppShell />
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-3xl flex-col gap-6 px-4 py-6">
      <header className="flex items-center justify-between gap-4">
        <Logo />
        <Link className={buttonClass('secondary', 'small')} to="/login">
          Sign in
        </Link>
      </header>
      <main className="min-w-0 outline-none" id="main" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  )
}
