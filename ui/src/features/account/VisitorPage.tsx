import type { ReactNode } from 'react'

import { Logo } from '~/features/shell/Logo'

interface VisitorPageProps {
  title: string
  lead?: ReactNode
  /** Links for somebody who gets no further. */
  below?: ReactNode
  children: ReactNode
}

/** The frame of the pages before anyone is signed in. */
export function VisitorPage({ title, lead, below, children }: VisitorPageProps) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center gap-6 px-4 py-10">
      <Logo />
      <div className="card p-6 sm:p-8">
        <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
        {lead && <p className="mt-1.5 text-sm text-ink-soft">{lead}</p>}
        <div className="mt-6">{children}</div>
      </div>
      {below && <p className="flex flex-wrap justify-between gap-x-4 gap-y-2 px-1 text-sm">{below}</p>}
    </main>
  )
}
