import type { Upcoming, UpcomingKind } from '~/api/types'
import type { Column } from '~/components/DataTable'
import { Badge } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { formatDay } from '~/format/date'
import { reasonLabel } from '~/view/groupLabels'
import type { View } from '~/view/useView'

/** A trial that is set to end will not be paid for. */
const SetToEnd = () => (
  <Badge title="The trial is set to end without becoming a paid subscription." tone="warn">
    Set to end
  </Badge>
)

/** An amount converted, with what it is billed in below. */
function Mrr({ row, into }: { row: Upcoming; into: string | null }) {
  if (into === null || into === row.currency || row.converted_minor === null) return <Money currency={row.currency} minor={row.mrr_minor} />
  return (
    <span className="inline-flex flex-col items-end">
      <Money currency={into} minor={row.converted_minor} />
      <span className="text-xs text-ink-soft">
        <Money currency={row.currency} minor={row.mrr_minor} />
      </span>
    </span>
  )
}

const WHEN: Record<UpcomingKind, string> = { trial_end: 'Trial ends', end: 'Ends', renewal: 'Renews' }

/** The columns of a list of what is ahead. */
export function upcomingColumns(view: View, what: UpcomingKind): Column<Upcoming>[] {
  const into = view.currency === 'native' ? null : view.currency
  const isOfTrials = what === 'trial_end'
  const isOfEnds = what === 'end'
  const plans = (row: Upcoming) => <bdi>{row.plans.join(', ') || '–'}</bdi>
  const feedback = ({ feedback: said }: Upcoming) => (said === null ? '–' : reasonLabel('feedback', said, view.facets))
  return [
    {
      id: 'customer',
      header: 'Customer',
      cell: (row) => (
        <span className="block max-w-[11rem] sm:max-w-[16rem]">
          <CustomerLink
            connectionId={view.connection.id}
            customer={{ id: row.customer_id, name: row.name, email: row.email }}
          />
          <span className="block truncate text-xs text-ink-soft md:hidden">{isOfEnds ? feedback(row) : plans(row)}</span>
        </span>
      ),
    },
    {
      id: 'on',
      header: WHEN[what],
      cell: (row) => (
        <span className="flex flex-wrap items-center gap-x-2">
          <span className="num whitespace-nowrap">{formatDay(row.on)}</span>
          {isOfTrials && row.is_set_to_end && <SetToEnd />}
        </span>
      ),
    },
    { id: 'plans', header: 'Plan', isWideOnly: true, cell: (row) => <span className="block max-w-48 truncate">{plans(row)}</span> },
    ...(isOfEnds ? [{ id: 'feedback', header: 'Feedback', isWideOnly: true, cell: feedback }] : []),
    { id: 'mrr', header: isOfTrials ? 'MRR at stake' : 'MRR', isNumeric: true, cell: (row) => <Mrr into={into} row={row} /> },
  ]
}

/** A subscription can be worth something in several currencies. */
export const upcomingKey = ({ subscription_id, currency }: Upcoming) => `${subscription_id} ${currency}`
