import './styles.css'

import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { queryClient } from './api/queryClient'
import { IS_SHARED } from './api/visit'
import { preloadSaving } from './charts/export'
import { preloadPanels } from './components/usePanels'
import { preloadRanges } from './features/controls/RangePicker'
import { router } from './routes/router'

const root = document.getElementById('root')
if (root && IS_SHARED) {
  // Whoever has only a link gets no more of the app than the page that it leads to.
  void import('./features/shared/SharedApp').then(({ start }) => start(root))
} else if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  )
}

/**
 * By then the first page is there. What opens over it comes as soon as somebody does anything on it, while nobody waits, also for
 * when the server is away later; whoever only looks doesn't load it.
 */
const AFTER_FIRST_PAGE_MS = 3_000
const preloads = [preloadPanels, preloadRanges, preloadSaving]
setTimeout(() => {
  const begun = new AbortController()
  for (const sign of ['pointermove', 'pointerdown', 'keydown']) {
    const preload = () => {
      begun.abort()
      for (const one of preloads) one()
    }
    window.addEventListener(sign, preload, { passive: true, signal: begun.signal })
  }
}, AFTER_FIRST_PAGE_MS)
