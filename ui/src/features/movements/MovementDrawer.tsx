import { Link } from '@tanstack/react-router'

import type { Query } from '~/api/client'
import type { Currency, Day, MovementType } from '~/api/types'
import { buttonClass } from '~/components/Button'
import { EmptyState } from '~/components/Feedback'
import { DetailDrawer } from '~/components/Overlay'
import { formatRange } from '~/format/date'
import { MOVEMENT_LABEL } from '~/format/names'
import { filterLabel } from '~/features/controls/choices'
import { reasonLabel } from '~/view/groupLabels'
import type { ReasonName } from '~/view/pageSearch'
import type { FilterName } from '~/view/search'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import { MovementList } from './MovementList'

/** The prices between which customers moved; `several` where it was not from one to one other. */
export type Switched = { from: string; to: string } | 'several'

interface Props {
  view: View
  /** With native currencies, only this one is listed. */
  currency: Currency
  /** The days that were clicked; closed without any. */
  days: { from: Day; to: Day } | undefined
  type?: MovementType | undefined
  /** The part of a breakdown that was clicked. */
  part?: { name: FilterName; id: string } | undefined
  /** Why it happened, where a part of such a breakdown was clicked. */
  reason?: { by: ReasonName; id: string } | undefined
  /** Where a switch between plans was clicked. */
  switched?: Switched | undefined
  onClose: () => void
}

const NO_SWITCH_MOVED = {
  title: 'No MRR changed',
  text: 'The customers who moved between these plans pay the same as before.',
}

/** From which plan to which, by the names that the page has. */
function switchLabel(switched: Switched, view: View): string {
  if (switched === 'several') return 'Several plans at once'
  return [switched.from, switched.to].map((id) => filterLabel(view.facets, 'plan', id)).join(' → ')
}

function switchQuery(switched: Switched | undefined): Query {
  if (switched === undefined) return {}
  return switched === 'several' ? { several_plans: true } : { plan_from: switched.from, plan_to: switched.to }
}

function titleOf({ days, type, switched }: Props): string {
  if (days === undefined) return 'Movements'
  if (switched) return 'Switches between plans'
  return type ? MOVEMENT_LABEL[type] : 'All movements'
}

/** What narrows the list. */
function narrowedBy({ view, days, part, reason, switched }: Props): string | undefined {
  if (days === undefined) return undefined
  const of = [switched && switchLabel(switched, view), reason && reasonLabel(reason.by, reason.id, view.facets), part && filterLabel(view.facets, part.name, part.id), formatRange(days.from, days.to)]
  return of.filter(Boolean).join(' · ')
}

/** The movements behind a mark of a chart. */
export function MovementDrawer(props: Props) {
  const { view, days, onClose } = props
  return (
    <DetailDrawer
      isOpen={days !== undefined}
      subtitle={narrowedBy(props)}
      title={titleOf(props)}
      width="max-w-3xl"
      onClose={onClose}
    >
      {days && <Content {...props} days={{ from: days.from, to: days.to > view.today ? view.today : days.to }} />}
    </DetailDrawer>
  )
}

function Content({ view, currency, days, type, part, reason, switched }: Props & { days: { from: Day; to: Day } }) {
  if (type === 'fx') {
    return (
      <EmptyState title="Exchange rates only">
        No customer changed; other currencies are worth more or less in {view.currency.toUpperCase()}. Switch to native
        currencies to see figures without this effect.
      </EmptyState>
    )
  }
  const filter: Query = {
    ...(part ? { [part.name]: [part.id] } : {}),
    ...(reason ? { [reason.by]: reason.id } : {}),
    ...switchQuery(switched),
  }
  const scope: Query = view.currency === 'native' ? { ...view.scope, filter_currency: [currency] } : view.scope
  return (
    <div className="flex flex-col gap-3">
      {reason === undefined && switched === undefined && <FullList {...{ view, days, type, part }} />}
      <MovementList query={{ ...days, ...scope, ...filter, ...(type ? { type } : {}) }} view={view} {...(switched ? { nothing: NO_SWITCH_MOVED } : {})} />
    </div>
  )
}

function FullList({ view, days, type, part }: Pick<Props, 'view' | 'type' | 'part'> & { days: { from: Day; to: Day } }) {
  return (
    <div>
      <Link
        className={buttonClass('secondary', 'small')}
        params={{ connectionId: view.connection.id }}
        search={(before) =>
          compact({ ...keptSearch(before), range: 'custom' as const, ...days, type: type ? [type] : undefined, ...(part ? { [part.name]: [part.id] } : {}) })
        }
        to="/c/$connectionId/movements"
      >
        Open full list
      </Link>
    </div>
  )
}
