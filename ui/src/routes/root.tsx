import type { QueryClient } from '@tanstack/react-query'
import { Link, Outlet, createRootRouteWithContext } from '@tanstack/react-router'

import { buttonClass } from '~/components/Button'
import { EmptyState } from '~/components/Feedback'

export const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet })

export function NotFound() {
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
