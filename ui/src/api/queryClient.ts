import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'

import { ApiError } from './client'
import { connectionsQuery, sessionQuery } from './queries'
import { reachability } from './reachability'

/** A refusal is not retried: asking again changes nothing. What may have been a bad moment of the network or server is. */
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
      else askWhoIsHere(error)
    },
  }),
  mutationCache: new MutationCache({ onError: (error) => askWhoIsHere(error) }),
})

/** What was refused or can't be found may be so because a role or a membership has changed: the session says which ones there are. */
function askWhoIsHere(error: unknown) {
  const mayHaveChanged = error instanceof ApiError && (error.status === 403 || error.status === 404)
  if (mayHaveChanged) void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey })
}

// What failed is requested again. Everything else stays: the stream says whether it is still current.
reachability.onReturn(() => {
  void queryClient.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' || state.error !== null })
  void queryClient.invalidateQueries({ queryKey: connectionsQuery.queryKey })
})
