import type { QueryClient } from '@tanstack/react-query'
import { Link, Outlet, createRootRouteWithContext } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { buttonClass } from '~/components/Button'
import { EmptyState, ErrorState } from '~/components/Feedback'
import { Logo } from '~/features/shell/Logo'
import { useTitle } from '~/view/useTitle'

/** What stands alone: an address that is no page's, and an error before any page could be shown. */
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
  useTitle('Not available')
  return (
    <Alone>
      <h1 className="sr-only">Chartsy could not be shown</h1>
      <ErrorState error={error} onRetry={() => window.location.reload()} />
    </Alone>
  )
}

export function NotFound() {
  useTitle('Not found')
  return (
    <>
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        action={
          <Link className={buttonClass('secondary', 'small')} to="/">
            To the start
          </Link>
        }
        title="There is no such page"
      >
        The address may be mistyped, or what it showed was removed.
      </EmptyState>
    </>
  )
}
