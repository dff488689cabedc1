import type { QueryClient } from '@tanstack/react-query'
import { Link, Outlet, createRootRouteWithContext } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { buttonClass } from '~/components/Button'
import { EmptyState } from '~/components/Feedback'
import { Logo } from '~/features/shell/Logo'
import { useTitle } from '~/view/useTitle'

import { PageError } from './PageError'

/** The frame of what has no page around it: an unknown address, and an error before any page could be shown. */
function Alone({ children }: { children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center gap-6 px-4 py-10">
      <Logo />
      <div className="card">{children}</div>
    </main>
  )
}

export const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: () => (
    <Alone>
      <NotFound />
    </Alone>
  ),
})

export function Broken({ error }: { error: unknown }) {
  useTitle('Unavailable')
  return (
    <Alone>
      <h1 className="sr-only">Chartsy is unavailable</h1>
      <PageError error={error} />
    </Alone>
  )
}

export function NotFound() {
  useTitle('Page not found')
  return (
    <>
      <h1 className="sr-only">Page not found</h1>
      <EmptyState
        action={
          <Link className={buttonClass('secondary', 'small')} to="/">
            Go to dashboard
          </Link>
        }
        title="Page not found"
      >
        The address may be mistyped, or the page may have been removed.
      </EmptyState>
    </>
  )
}
