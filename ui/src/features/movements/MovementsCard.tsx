import { Link } from '@tanstack/react-router'

import type { Query } from '~/api/client'
import type { Currency, CustomerMovement } from '~/api/types'
import { buttonClass } from '~/components/Button'
import { CardHead } from '~/components/CardHead'
import { formatRange } from '~/format/date'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import { MovementList } from './MovementList'

interface MovementsCardProps {
  view: View
  /** With native currencies, only this one is listed. */
  currency: Currency | undefined
  title: string
  type: CustomerMovement
}

/** The movements of one type in the page's range, as the list behind its figures. */
export function MovementsCard({ view, currency, title, type }: MovementsCardProps) {
  const { start: from, end } = view.period
  const to = end > view.today ? view.today : end
  const scope: Query = view.currency === 'native' && currency ? { ...view.scope, filter_currency: [currency] } : view.scope
  return (
    <section aria-label={title} className="card min-w-0 pb-2">
      <CardHead lead={formatRange(from, to)} title={title}>
        <Link
          className={buttonClass('secondary', 'small')}
          params={{ connectionId: view.connection.id }}
          search={(before) => compact({ ...keptSearch(before), type: [type] })}
          to="/c/$connectionId/movements"
        >
          All movements
        </Link>
      </CardHead>
      <MovementList query={{ from, to, ...scope, type }} view={view} />
    </section>
  )
}
