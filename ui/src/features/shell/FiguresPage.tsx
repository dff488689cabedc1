import type { ReactNode } from 'react'

import { PageHead } from '~/components/PageHead'
import { isKnown } from '~/view/known'
import type { View } from '~/view/useView'

import { NothingImported, NothingYet, isNothingBilled } from './NoFigures'

interface FiguresPageProps {
  view: View
  title: string
  children: ReactNode
}

/** A page of figures, or why it has none: nothing has been billed yet, or the import stopped too early. */
export function FiguresPage({ view, title, children }: FiguresPageProps) {
  const { connection } = view
  const isStopped = connection.state === 'failed' && !isKnown(connection)
  if (!isStopped && !isNothingBilled(view)) return children
  return (
    <>
      <PageHead title={title} />
      {isStopped ? <NothingImported view={view} /> : <NothingYet view={view} />}
    </>
  )
}
