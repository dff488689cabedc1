import { getRouteApi } from '@tanstack/react-router'

import type { Currency } from '~/api/types'
import { MovementDrawer } from '~/features/movements/MovementDrawer'
import { REST, partIn, partMark } from '~/view/groupLabels'
import type { MrrSearch } from '~/view/pageSearch'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'

const route = getRouteApi('/app/c/$connectionId/mrr')

const NO_MARK = { mark_from: undefined, mark_to: undefined, mark_type: undefined, mark_of: undefined }

/** A cause says that it is one; any other part is of the breakdown that is on the page. */
function partShown(by: NonNullable<MrrSearch['by']>, mark: string | undefined) {
  if (mark === undefined || mark === REST) return {}
  return mark.startsWith(partMark('cause', '')) ? partIn(mark) : partIn(partMark(by, mark))
}

/** What is behind the mark that was clicked. It is in the address, so it can be shared, and going back closes it. */
export function MarkDrawer({ view, currency }: { view: View; currency: Currency }) {
  const { mark_from: from, mark_to: to, mark_type: type, mark_of, by = 'plan' } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <MovementDrawer
      currency={currency}
      days={from !== undefined && to !== undefined ? { from, to } : undefined}
      {...partShown(by, mark_of)}
      type={type}
      view={view}
      onClose={() => void navigate({ search: (before) => compact({ ...before, ...NO_MARK }), resetScroll: false })}
    />
  )
}
