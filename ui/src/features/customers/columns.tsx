import type { CustomerRow } from '~/api/types'
import type { Column } from '~/components/DataTable'
import { Badge } from '~/components/Feedback'
import { Money, MoneyList } from '~/components/Figures'
import { formatDay, formatInstantDay } from '~/format/date'
import { countryName } from '~/format/names'
import type { View } from '~/view/useView'

import { CustomerLink } from './CustomerLink'

function Mrr({ row, into }: { row: CustomerRow; into: string | null }) {
  const isForeign = into !== null && row.mrr.some(({ currency }) => currency !== into)
  if (!isForeign || row.mrr_converted_minor === null || row.mrr.length === 0) return <MoneyList amounts={row.mrr} />
  return (
    <span className="inline-flex flex-col items-end">
      <Money currency={into} minor={row.mrr_converted_minor} />
      <span className="text-xs text-ink-soft">
        <MoneyList amounts={row.mrr} />
      </span>
    </span>
  )
}

function State({ row }: { row: CustomerRow }) {
  if (row.is_deleted) return <Badge title="Deleted in the billing system. The history stays.">Deleted</Badge>
  if (row.mrr.length > 0) return <Badge tone="good">Active</Badge>
  if (row.churned_on) return <Badge title={`Churned on ${formatDay(row.churned_on)}`}>Churned {formatDay(row.churned_on)}</Badge>
  return <Badge>{row.first_paid_on ? 'Inactive' : 'Never paid'}</Badge>
}

export function customerColumns(view: View): Column<CustomerRow>[] {
  const into = view.currency === 'native' ? null : view.currency
  return [
    {
      id: 'name',
      header: 'Customer',
      cell: (row) => (
        <span className="block max-w-[11.5rem] min-w-36 sm:max-w-[20rem]">
          <CustomerLink connectionId={view.connection.id} customer={row} />
          {row.name && row.email && <span className="block truncate text-xs text-ink-soft">{row.email}</span>}
        </span>
      ),
    },
    { id: 'mrr', header: 'MRR', isNumeric: true, cell: (row) => <Mrr into={into} row={row} /> },
    { id: 'state', header: 'State', cell: (row) => <State row={row} /> },
    {
      id: 'plans',
      header: 'Plans',
      isWideOnly: true,
      cell: (row) => <span className="block max-w-56 truncate"><bdi>{row.plans.join(', ') || '–'}</bdi></span>,
    },
    { id: 'country', header: 'Country', isWideOnly: true, cell: (row) => (row.country ? countryName(row.country) : '–') },
    {
      id: 'first_paid',
      header: 'First paid',
      isWideOnly: true,
      cell: (row) => <span className="num">{row.first_paid_on ? formatDay(row.first_paid_on) : '–'}</span>,
    },
    {
      id: 'created',
      header: 'Created',
      isWideOnly: true,
      cell: (row) => (
        <span className="num">{row.created_at === null ? '–' : formatInstantDay(row.created_at, view.connection.time_zone)}</span>
      ),
    },
  ]
}
