import { useLocation } from '@tanstack/react-router'
import { Suspense, lazy, useState } from 'react'

import { Button } from '~/components/Button'
import { useMay } from '~/view/useMay'
import type { View } from '~/view/useView'

import { pageToShare } from './pageToShare'

const ShareDialog = lazy(() => import('./ShareDialog'))

/** Shares the page by a link, where its figures can be shown to somebody without an account. */
export function ShareButton({ view }: { view: View }) {
  const page = pageToShare(useLocation().pathname)
  const [isOpen, setIsOpen] = useState(false)
  const mayShare = useMay('share')
  // A link is of one connection, and ends with it.
  if (page === undefined || !mayShare) return null
  return (
    <>
      <Button kind="quiet" size="small" onPress={() => setIsOpen(true)}>
        Share
      </Button>
      {isOpen && (
        <Suspense>
          <ShareDialog page={page} view={view} onClose={() => setIsOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
