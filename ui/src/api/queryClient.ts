import { QueryCache, QueryClient } from '@tanstack/react-query'

import { ApiError } from './client'
import { connectionsQuery, sessionQuery } from './queries'
import { reachability } from './reachability'

/** A refusal stays one when asked again; only what may have been the network's or the server's bad moment is retried. */
function isWorthRetrying(failures: number, error: unknown): boolean {
  const isRefusal = error instanceof ApiError && error.status >= 400 && error.status < 500
  return !isRefusal && !reachability.isAway() && failures < 2
}

export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    // Chartsy often runs on this machine or in this network: that the browser takes itself for offline says nothing about it.
    queries: { retry: isWorthRetrying, staleTime: 15_000, refetchOnWindowFocus: true, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
  queryCache: new QueryCache({
    onError: (error) => {
      // The session ended while a page was open: the shell sends its reader to the sign-in page.
      if (error instanceof ApiError && error.status === 401) queryClient.setQueryData(sessionQuery.queryKey, null)
    },
  }),
})

// What could not be answered is asked again. What could be is kept: the stream says whether it still holds.
reachability.onReturn(() => {
  void queryClient.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' || state.error !== null })
  void queryClient.invalidateQueries({ queryKey: connectionsQuery.queryKey })
})
