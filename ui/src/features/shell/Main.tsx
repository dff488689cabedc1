import type { ReactNode } from 'react'

import { useIsAway } from '~/api/reachability'
import { Banner } from '~/components/Feedback'

/** The content of a page. While the server is away it stays readable, and is marked as old. */
export function Main({ children }: { children: ReactNode }) {
  const isAway = useIsAway()
  return (
    <main className="mx-auto w-full max-w-[100rem] min-w-0 flex-1 px-4 py-5 outline-none sm:px-6 lg:py-6" id="main" tabIndex={-1}>
      {isAway && (
        <div className="mb-5">
          <Banner title="Can’t reach the server" tone="warn">
            Figures may be out of date. They update as soon as the server responds.
          </Banner>
        </div>
      )}
      <div className={isAway ? 'opacity-60 transition-opacity' : 'transition-opacity'} data-outdated={isAway || undefined}>
        {children}
      </div>
    </main>
  )
}
