import { QueryCache, QueryClient } from '@tanstack/react-query'

import { ApiError } from './client'
import { sessionQuery } from './queries'

/** A refusal stays one when asked again; only what may have been the network's or the server's bad moment is retried. */
function isWorthRetrying(failures: number, error: unknown): boolean {
  const isRefusal = error instanceof ApiError && error.status >= 400 && error.status < 500
  return !isRefusal && failures < 2
}

export const queryClient: QueryClient = new QueryClient({
  defaultOptions: { queries: { retry: isWorthRetrying, staleTime: 15_000, refetchOnWindowFocus: true } },
  queryCache: new QueryCache({
    onError: (error) => {
      // The session ended while a page was open: the shell sends its reader to the sign-in page.
      if (error instanceof ApiError && error.status === 401) queryClient.setQueryData(sessionQuery.queryKey, null)
    },
  }),
})
