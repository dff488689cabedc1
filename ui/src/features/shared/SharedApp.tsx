import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'

import { ApiError, api } from '~/api/client'
import { connectionsQuery } from '~/api/queries'
import type { OpenedLink, SharedPage } from '~/api/types'
import { visit } from '~/api/visit'
import { ErrorState, SkeletonRows } from '~/components/Feedback'
import { VisitorPage } from '~/features/account/VisitorPage'
import { PLACES } from '~/features/help/places'

import { PasswordPage } from './PasswordPage'
import { connectionOf } from './connectionOf'
import { sharedRouter } from './sharedRouter'

/** Behind the `#`, which browsers send to nobody. */
const code = window.location.hash.slice(1)

/** A link that doesn't work says the same whatever it was. */
function Ended() {
  const help = PLACES.endedShareLink
  return (
    <VisitorPage
      below={
        // The help is another page, which no other site may show in a frame.
        <a className="link" href={`/help/${help.page}#${help.hash}`} rel="noreferrer" target="_blank">
          Help with share links
        </a>
      }
      title="This link doesn’t work anymore"
    >
      <p className="text-sm text-ink-soft">It has expired, was revoked, or is incomplete. Ask the person who sent it to you for a new one.</p>
    </VisitorPage>
  )
}

interface Opened {
  client: QueryClient
  router: ReturnType<typeof sharedRouter>
}

type State = { is: 'opening' } | { is: 'password'; again: boolean } | { is: 'ended' } | { is: 'failed'; error: unknown } | ({ is: 'open' } & Opened)

const hasCode = (error: unknown, ...codes: string[]) => error instanceof ApiError && codes.includes(error.code ?? '')

async function openLink(password?: string): Promise<SharedPage> {
  const { token, page } = await api.post<OpenedLink>('/shared/open', password === undefined ? { code } : { code, password })
  visit.token = token
  return page
}

/** What is on the page stays until the poll of its frame says that there is something new. */
function openedWith(page: SharedPage, onError: (error: unknown) => void): Opened {
  const client = new QueryClient({
    defaultOptions: { queries: { staleTime: Infinity, refetchOnWindowFocus: false, networkMode: 'always', retry: 1 } },
    queryCache: new QueryCache({ onError }),
  })
  client.setQueryData(connectionsQuery.queryKey, [connectionOf(page)])
  return { client, router: sharedRouter(page) }
}

function SharedApp() {
  const [state, setState] = useState<State>(code === '' ? { is: 'ended' } : { is: 'opening' })
  const isOpening = state.is === 'opening'
  useEffect(() => {
    const refused = (again: boolean) => (error: unknown) => {
      if (hasCode(error, 'link_ended')) setState({ is: 'ended' })
      else if (hasCode(error, 'password_needed')) setState({ is: 'password', again })
      else setState({ is: 'failed', error })
    }
    let renewing: Promise<boolean> | undefined
    visit.renew = () => {
      renewing ??= openLink()
        .then(() => true)
        .catch((error: unknown) => {
          refused(true)(error)
          return false
        })
        .finally(() => {
          renewing = undefined
        })
      return renewing
    }
    if (!isOpening) return
    let isOver = false
    openLink().then(
      (page) => !isOver && setState({ is: 'open', ...openedWith(page, (error) => hasCode(error, 'link_ended') && setState({ is: 'ended' })) }),
      (error: unknown) => !isOver && refused(false)(error),
    )
    return () => {
      isOver = true
    }
  }, [isOpening])

  switch (state.is) {
    case 'opening':
      return (
        <div className="p-5">
          <SkeletonRows rows={8} />
        </div>
      )
    case 'ended':
      return <Ended />
    case 'password':
      return (
        <PasswordPage
          isAgain={state.again}
          open={async (password) => {
            try {
              const page = await openLink(password)
              setState({ is: 'open', ...openedWith(page, (error) => hasCode(error, 'link_ended') && setState({ is: 'ended' })) })
            } catch (error) {
              if (!hasCode(error, 'link_ended')) throw error
              setState({ is: 'ended' })
            }
          }}
        />
      )
    case 'failed':
      return (
        <VisitorPage title="This page couldn’t be opened">
          <ErrorState error={state.error} onRetry={() => setState({ is: 'opening' })} />
        </VisitorPage>
      )
    case 'open':
      return (
        <QueryClientProvider client={state.client}>
          {/* It has some of the app's own routes, by the same names: their pages find what they know. */}
          <RouterProvider router={state.router as never} />
        </QueryClientProvider>
      )
  }
}

export function start(root: HTMLElement) {
  createRoot(root).render(
    <StrictMode>
      <SharedApp />
    </StrictMode>,
  )
}
