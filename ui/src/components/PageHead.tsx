import type { ReactNode } from 'react'

/**
 * The top of every page: its name, one sentence computed from its numbers, and at the right what can be done with the whole page.
 * How current the figures are and what they are of is said by the bar above.
 */
interface PageHeadProps {
  title: ReactNode
  lead?: ReactNode
  /** The page's sentence, from `view/story`. Its line is kept free until the numbers are there. */
  story?: string | null
  children?: ReactNode
}

export function PageHead({ title, lead, story, children }: PageHeadProps) {
  return (
    <header className="flex flex-wrap items-end gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1 basis-72">
        <h1 className="flex flex-wrap items-center gap-2 text-2xl font-semibold tracking-tight">{title}</h1>
        {lead && <p className="mt-1 text-sm text-ink-soft">{lead}</p>}
        {story !== undefined && <p className="mt-1 min-h-6 max-w-4xl text-base text-pretty text-ink-soft">{story}</p>}
      </div>
      {children}
    </header>
  )
}
