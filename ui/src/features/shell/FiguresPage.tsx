import type { ReactNode } from 'react'

import { PageHead } from '~/components/PageHead'
import { OpenValues } from '~/features/metrics/OpenValues'
import { isKnown } from '~/view/known'
import type { View } from '~/view/useView'

import { NothingImported, NothingYet, isNothingBilled, isNothingKnown } from './NoFigures'

interface FiguresPageProps {
  view: View
  title: string
  /** The page is about MRR, so that trials and single payments give it nothing to show. */
  isOfMrr?: boolean
  /** What the page shows once there is something, with its verb, and when that is. */
  appears: string
  once?: string
  children: ReactNode
}

/** A page of figures, or why it has none: nothing has been billed yet, or the import stopped too early. */
export function FiguresPage({ view, title, isOfMrr = false, appears, once, children }: FiguresPageProps) {
  const { connection } = view
  const isStopped = connection.state === 'failed' && !isKnown(connection)
  const isEmpty = isOfMrr ? isNothingBilled(view) : isNothingKnown(view)
  if (!isStopped && !isEmpty) return <OpenValues view={view}>{children}</OpenValues>
  return (
    <>
      <PageHead title={title} />
      {isStopped ? <NothingImported view={view} /> : <NothingYet appears={appears} once={once} view={view} />}
    </>
  )
}
