import { Link, getRouteApi } from '@tanstack/react-router'

import type { Currency } from '~/api/types'
import { buttonClass } from '~/components/Button'
import { EmptyState } from '~/components/Feedback'
import { Drawer } from '~/components/Overlay'
import { formatRange } from '~/format/date'
import { MOVEMENT_LABEL } from '~/format/names'
import { filterLabel } from '~/features/controls/FilterPicker'
import { MovementList } from '~/features/movements/MovementList'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import { FILTER_OF, REST } from './breakdownColumns'
import { scopeOf } from './useMrrData'

const route = getRouteApi('/app/c/$connectionId/mrr')

const NO_MARK = { mark_from: undefined, mark_to: undefined, mark_type: undefined, mark_of: undefined }

/** What is behind the mark that was clicked. It is in the address, so it can be shared, and going back closes it. */
export function MarkDrawer({ view, currency }: { view: View; currency: Currency }) {
  const { mark_from: from, mark_to: markTo, mark_type: type, mark_of, by = 'plan' } = route.useSearch()
  const navigate = route.useNavigate()
  const isOpen = from !== undefined && markTo !== undefined
  const to = markTo !== undefined && markTo > view.today ? view.today : markTo
  const of = mark_of === REST ? undefined : mark_of
  const part = of === undefined ? {} : { [FILTER_OF[by]]: [of] }
  const close = () => void navigate({ search: (before) => compact({ ...before, ...NO_MARK }), resetScroll: false })
  const query = { from, to, ...scopeOf(view, currency), ...part, ...(type ? { type } : {}) }
  return (
    <Drawer
      isOpen={isOpen}
      width="max-w-3xl"
      title={
        isOpen && to ? (
          <>
            {type ? MOVEMENT_LABEL[type] : 'All movements'}
            <span className="block text-sm font-normal text-ink-soft">
              {[of !== undefined && filterLabel(view.facets, FILTER_OF[by], of), formatRange(from, to)]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </>
        ) : (
          'Movements'
        )
      }
      onOpenChange={(open) => {
        if (!open) close()
      }}
    >
      {isOpen && type === 'fx' && (
        <EmptyState title="Exchange rates only">
          No customer changed; other currencies are worth more or less in {view.currency.toUpperCase()}. Switch to native
          currencies to see figures without this effect.
        </EmptyState>
      )}
      {isOpen && to && type !== 'fx' && (
        <div className="flex flex-col gap-3">
          <div>
            <Link
              className={buttonClass('secondary', 'small')}
              params={{ connectionId: view.connection.id }}
              search={(before) =>
                compact({
                  ...keptSearch(before),
                  range: 'custom' as const,
                  from,
                  to,
                  type: type ? [type] : undefined,
                  ...part,
                })
              }
              to="/c/$connectionId/movements"
            >
              Open full list
            </Link>
          </div>
          <MovementList query={query} view={view} />
        </div>
      )}
    </Drawer>
  )
}
