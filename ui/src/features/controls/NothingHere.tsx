import type { ReactNode } from 'react'

import { IS_SHARED } from '~/api/visit'
import { Button } from '~/components/Button'
import { EmptyState } from '~/components/Feedback'
import { NO_FILTERS } from '~/view/search'
import type { View } from '~/view/useView'

interface Props {
  view: View
  title: string
  /** What is the matter, or what else to try. */
  children?: ReactNode
}

/** Instead of a chart or a list that has nothing. Filters may be why, and can be cleared here. */
export function NothingHere({ view, title, children }: Props) {
  if (IS_SHARED) return <EmptyState title={title}>{null}</EmptyState>
  if (!view.hasFilters) return <EmptyState title={title}>{children}</EmptyState>
  return (
    <EmptyState
      action={
        <Button size="small" onPress={() => view.setView(NO_FILTERS)}>
          Clear filters
        </Button>
      }
      title={title}
    >
      {children ? <>{children} Or clear the filters.</> : 'Clear the filters to see everything.'}
    </EmptyState>
  )
}
