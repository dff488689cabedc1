import type { ReactNode } from 'react'

/**
 * The top of every page: its name, one sentence computed from its numbers, and at the right what can be done with the whole page.
 * How current the figures are and what they are of is said by the bar above.
 */
export function PageHead({ title, lead, children }: { title: ReactNode; lead?: ReactNode; children?: ReactNode }) {
  return (
    <header className="flex flex-wrap items-end gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1 basis-72">
        <h1 className="flex flex-wrap items-center gap-2 text-2xl font-semibold tracking-tight">{title}</h1>
        {lead && <p className="mt-1 text-sm text-ink-soft">{lead}</p>}
      </div>
      {children}
    </header>
  )
}
