import { getRouteApi } from '@tanstack/react-router'

import type { Currency } from '~/api/types'
import { MovementDrawer } from '~/features/movements/MovementDrawer'
import { FILTER_OF, REST } from '~/view/groupLabels'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'

const route = getRouteApi('/app/c/$connectionId/mrr')

const NO_MARK = { mark_from: undefined, mark_to: undefined, mark_type: undefined, mark_of: undefined }

/** What is behind the mark that was clicked. It is in the address, so it can be shared, and going back closes it. */
export function MarkDrawer({ view, currency }: { view: View; currency: Currency }) {
  const { mark_from: from, mark_to: to, mark_type: type, mark_of, by = 'plan' } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <MovementDrawer
      currency={currency}
      days={from !== undefined && to !== undefined ? { from, to } : undefined}
      part={mark_of === undefined || mark_of === REST ? undefined : { name: FILTER_OF[by], id: mark_of }}
      type={type}
      view={view}
      onClose={() => void navigate({ search: (before) => compact({ ...before, ...NO_MARK }), resetScroll: false })}
    />
  )
}
