/**
 * One figure: its name, its value, how it has changed and since when. Everything is given; `MetricTile` fetches a metric of the
 * registry for it. What is not known is a dash, never a 0.
 */
import type { ReactNode } from 'react'

import { Sparkline } from '~/charts/Sparkline'

import { Skeleton } from './Feedback'

interface KeyFigureProps {
  label: ReactNode
  /** Stands over the value, at the right: what the name means. */
  definition?: ReactNode
  value: ReactNode
  change?: ReactNode
  /** What the value is of, and what it is compared with. */
  note?: ReactNode
  values?: readonly (number | null)[] | undefined
  isLoading?: boolean
  isStale?: boolean
}

export function KeyFigure({ label, definition, value, change, note, values, isLoading = false, isStale = false }: KeyFigureProps) {
  return (
    <div className={`card flex h-full min-w-0 flex-col gap-0.5 px-3.5 py-3 transition-opacity sm:px-4 ${isStale ? 'opacity-60' : ''}`}>
      <div className="mb-0.5 flex min-h-8 items-center gap-0.5 text-xs leading-tight text-ink-soft">
        <span className="min-w-0">{label}</span>
        {definition}
      </div>
      {isLoading ? <Skeleton className="my-1 h-6 w-24" /> : <div className="num text-xl font-semibold tracking-tight">{value}</div>}
      <div className="mt-auto flex min-h-9 items-end gap-2 text-xs">
        <div className="min-w-0 flex-1">
          {!isLoading && change}
          {!isLoading && note && <div className="text-pretty text-ink-soft">{note}</div>}
        </div>
        {values && <Sparkline className="hidden h-7 w-14 shrink-0 sm:block" values={values} />}
      </div>
    </div>
  )
}
