import { useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate, useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'

import { reachability } from '~/api/reachability'
import { Button } from '~/components/Button'
import { ErrorState } from '~/components/Feedback'

import { isCodeMissing } from './fetched'

/** A page that could not be shown. It never leads to the browser's own error page, and recovers when the server is back. */
export function PageError({ error }: { error: unknown }) {
  const router = useRouter()
  const navigate = useNavigate()
  const client = useQueryClient()
  const hasView = useLocation({ select: ({ searchStr }) => searchStr !== '' })
  useEffect(
    () =>
      reachability.onReturn(() => {
        // Code that once failed to load is not asked for again by every browser: a new page asks for all of it.
        if (isCodeMissing(error)) window.location.reload()
        else void router.invalidate()
      }),
    [error, router],
  )
  // An answer that broke the page would break it again.
  const forget = () => client.removeQueries({ queryKey: ['ledger'] })
  const retry = async () => {
    if (!(await reachability.check())) return
    if (isCodeMissing(error)) window.location.reload()
    forget()
    await router.invalidate()
  }
  const reset = async () => {
    forget()
    await navigate({ to: '.', search: {}, replace: true })
  }
  return (
    <ErrorState
      action={
        hasView && (
          <Button size="small" onPress={() => void reset()}>
            Reset this view
          </Button>
        )
      }
      error={error}
      onRetry={() => void retry()}
    />
  )
}
