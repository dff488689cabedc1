/**
 * The twelve columns of every page. Cells stand below each other on a phone, two a line on a tablet where they are small, and take
 * their columns on a wide screen. What comes first in the code comes first on a phone: key figures before charts.
 *
 *     <Grid>
 *       <Cell span={8}><SeriesChart … /></Cell>
 *       <Cell span={4}>…</Cell>
 *     </Grid>
 */
import { Children } from 'react'
import type { ReactNode } from 'react'

const SPAN = {
  3: 'md:col-span-6 xl:col-span-3',
  4: 'md:col-span-6 xl:col-span-4',
  6: 'xl:col-span-6',
  8: 'xl:col-span-8',
  9: 'xl:col-span-9',
  12: '',
} as const

export function Grid({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-12 gap-4 lg:gap-5">{children}</div>
}

/** A cell whose content shows nothing takes no place. A card alone in it is as high as those beside it. */
export function Cell({ span = 12, className = '', children }: { span?: keyof typeof SPAN; className?: string; children: ReactNode }) {
  return <div className={`col-span-12 min-w-0 empty:hidden xl:[&>.card:only-child]:h-full ${SPAN[span]} ${className}`}>{children}</div>
}

/** Rows of key figures that a wide screen fills: five in one row and eight in two are not left with a hole at the end. */
const EVEN: Record<number, string> = { 5: 'xl:grid-cols-5', 8: 'xl:grid-cols-4' }

interface TilesProps {
  label: string
  /** Whether this is the page's only group, so that its columns need not stand below those of another. */
  isAlone?: boolean
  children: ReactNode
}

/** Key figures beside each other: as many as fit, two on a phone. A few of them that are alone share the whole width. */
export function Tiles({ label, isAlone = false, children }: TilesProps) {
  const even = (isAlone && EVEN[Children.count(children)]) || ''
  const columns = isAlone ? 'sm:grid-cols-[repeat(auto-fit,minmax(11rem,1fr))]' : 'sm:grid-cols-[repeat(auto-fill,minmax(11rem,1fr))]'
  return (
    <section aria-label={label} className={`grid grid-cols-2 gap-3 lg:gap-4 ${columns} ${even}`}>
      {children}
    </section>
  )
}
