import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'

import { sessionQuery } from '~/api/queries'
import { useIsAway } from '~/api/reachability'
import { IconButton } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { MenuIcon } from '~/components/icons'
import { Drawer } from '~/components/Overlay'

import { ConnectionSwitcher } from './ConnectionSwitcher'
import { Logo } from './Logo'
import { Nav } from './Nav'
import { UserMenu } from './UserMenu'
import { useCurrentConnection } from './useCurrentConnection'

/** The frame of every page of a signed-in person: beside the page on a wide screen, above it on a narrow one. */
export function AppShell() {
  const session = useQuery(sessionQuery)
  const navigate = useNavigate()
  const isSignedOut = session.data === null
  useEffect(() => {
    if (isSignedOut) void navigate({ to: '/login', search: { next: window.location.pathname + window.location.search } })
  }, [isSignedOut, navigate])

  return (
    <div className="lg:grid lg:min-h-dvh lg:grid-cols-[15.5rem_minmax(0,1fr)]">
      <a
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-lg bg-accent px-4 py-2 text-sm font-medium text-accent-ink focus:translate-y-0"
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          document.getElementById('main')?.focus()
        }}
      >
        Skip to content
      </a>
      <aside className="no-print sticky top-0 hidden h-dvh flex-col gap-4 border-r border-line bg-surface px-3 py-4 lg:flex">
        <div className="px-2">
          <Logo />
        </div>
        <ConnectionSwitcher />
        <Nav />
        <div className="mt-auto">
          <UserMenu />
        </div>
      </aside>
      <TopBar />
      <main className="mx-auto w-full max-w-[90rem] min-w-0 px-4 py-5 outline-none sm:px-6 lg:py-7" id="main" tabIndex={-1}>
        <Content />
      </main>
    </div>
  )
}

/** While the server is away, what is on the page stays readable and is marked as old. */
function Content() {
  const isAway = useIsAway()
  return (
    <>
      {isAway && (
        <div className="sticky top-14 z-10 mb-5 lg:top-4">
          <Banner title="Can’t reach the server" tone="warn">
            Figures may be out of date. They update as soon as the server responds.
          </Banner>
        </div>
      )}
      <div className={isAway ? 'opacity-60 transition-opacity' : 'transition-opacity'} data-outdated={isAway || undefined}>
        <Outlet />
      </div>
    </>
  )
}

function TopBar() {
  const [isOpen, setIsOpen] = useState(false)
  const { pathname } = useLocation()
  const connection = useCurrentConnection()
  useEffect(() => setIsOpen(false), [pathname])
  return (
    <header className="no-print sticky top-0 z-20 flex items-center gap-2 border-b border-line bg-surface px-3 py-2 lg:hidden">
      <IconButton label="Open menu" onPress={() => setIsOpen(true)}>
        <MenuIcon className="size-5" />
      </IconButton>
      <div className="min-w-0 flex-1">{connection ? <ConnectionSwitcher /> : <Logo />}</div>
      <Drawer isOpen={isOpen} side="left" title="Chartsy" width="max-w-72" onOpenChange={setIsOpen}>
        <div className="flex h-full flex-col gap-4">
          <Nav />
          <div className="mt-auto">
            <UserMenu />
          </div>
        </div>
      </Drawer>
    </header>
  )
}
