import type { ReactNode } from 'react'

import { formatCount } from '~/format/number'

export function Section({ title, count, children }: { title: string; count?: number; children: ReactNode }) {
  return (
    <section aria-label={title} className="card min-w-0 pt-4 pb-2">
      <h2 className="px-4 sm:px-5 pb-2 font-semibold">
        {title}
        {count !== undefined && <span className="num ml-2 font-normal text-ink-soft">{formatCount(count)}</span>}
      </h2>
      {children}
    </section>
  )
}

export function Nothing({ children }: { children: ReactNode }) {
  return <p className="px-4 sm:px-5 pb-3 text-sm text-ink-soft">{children}</p>
}
