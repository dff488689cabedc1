import type { CustomerRow, CustomerSums, Money as MoneyValue } from '~/api/types'
import type { Column } from '~/components/DataTable'
import { Badge } from '~/components/Feedback'
import { Money, MoneyList, MoneySum } from '~/components/Figures'
import { formatDay, formatInstantDay } from '~/format/date'
import { countryName } from '~/format/names'
import type { CustomerColumn } from '~/view/pageSearch'
import { CUSTOMER_COLUMNS } from '~/view/pageSearch'
import type { View } from '~/view/useView'

import { CustomerLink } from './CustomerLink'
import { STATUS_LABEL, STATUS_TITLE, STATUS_TONE } from './status'

/** What is shown before anything is chosen; most of it on a wide page only. */
const USUAL: readonly CustomerColumn[] = ['mrr', 'status', 'plans', 'country', 'revenue', 'first_paid', 'last_payment', 'renewal']
const ON_A_PHONE: ReadonlySet<CustomerColumn> = new Set(['mrr', 'status'])

export const shownColumns = (chosen: readonly CustomerColumn[] | undefined): readonly CustomerColumn[] => chosen ?? USUAL

/** An amount converted, with what it was billed in below; natively, each currency by itself. */
function Mrr({ amounts, converted, into }: { amounts: readonly MoneyValue[]; converted: number | null; into: string | null }) {
  const isForeign = into !== null && amounts.some(({ currency }) => currency !== into)
  if (!isForeign || converted === null || amounts.length === 0) return <MoneyList amounts={amounts} />
  return (
    <span className="inline-flex flex-col items-end">
      <Money currency={into} minor={converted} />
      <span className="text-xs text-ink-soft">
        <MoneyList amounts={amounts} />
      </span>
    </span>
  )
}

function Status({ row }: { row: CustomerRow }) {
  if (row.is_deleted) return <Badge title="Deleted in the billing system. The history stays.">Deleted</Badge>
  return (
    <Badge title={STATUS_TITLE[row.status]} tone={STATUS_TONE[row.status]}>
      {STATUS_LABEL[row.status]}
    </Badge>
  )
}

const day = (text: string | null) => <span className="num">{text === null ? '–' : formatDay(text)}</span>

function column(id: CustomerColumn, view: View, sums: CustomerSums | null | undefined): Column<CustomerRow> {
  const into = view.currency === 'native' ? null : view.currency
  switch (id) {
    case 'mrr':
      return {
        id,
        header: 'MRR',
        isNumeric: true,
        cell: (row) => <Mrr amounts={row.mrr} converted={row.mrr_converted_minor} into={into} />,
        total: () =>
          into !== null && sums?.mrr_converted_minor != null ? <Money currency={into} minor={sums.mrr_converted_minor} /> : <MoneySum amounts={sums?.mrr} />,
      }
    case 'status':
      return { id, header: 'Status', width: '6rem', cell: (row) => <Status row={row} /> }
    case 'plans':
      return {
        id,
        header: 'Plans',
        canShrink: true,
        cell: (row) => (
          <span className="block max-w-48 truncate">
            <bdi>{row.plans.join(', ') || '–'}</bdi>
          </span>
        ),
      }
    case 'country':
      return { id, header: 'Country', cell: (row) => (row.country ? countryName(row.country) : '–') }
    case 'revenue':
      return {
        id,
        header: 'Lifetime revenue',
        isNumeric: true,
        cell: (row) => <MoneyList amounts={row.revenue} />,
        total: () => <MoneySum amounts={sums?.revenue} />,
      }
    case 'first_paid':
      return { id, header: 'First paid', cell: (row) => day(row.first_paid_on) }
    case 'last_payment':
      return { id, header: 'Last payment', cell: (row) => day(row.last_payment_on) }
    case 'renewal':
      return { id, header: 'Renews', cell: (row) => day(row.renews_on) }
    case 'ends':
      return { id, header: 'Set to end', cell: (row) => day(row.ends_on) }
    case 'churned':
      return { id, header: 'Churned', cell: (row) => day(row.churned_on) }
    case 'lost_mrr':
      return {
        id,
        header: 'Lost MRR',
        isNumeric: true,
        cell: (row) => <MoneyList amounts={row.lost_mrr} />,
        total: () => <MoneySum amounts={sums?.lost_mrr} />,
      }
    case 'created':
      return {
        id,
        header: 'Created',
        cell: (row) => (
          <span className="num">{row.created_at === null ? '–' : formatInstantDay(row.created_at, view.connection.time_zone)}</span>
        ),
      }
    case 'id':
      return { id, header: 'ID', cell: (row) => <code className="font-mono text-xs">{row.id}</code> }
  }
}

/** The columns that can be chosen, by their names. */
export const columnChoices = (view: View) => CUSTOMER_COLUMNS.map((id) => ({ id, header: column(id, view, null).header }))

export function customerColumns(
  view: View,
  chosen: readonly CustomerColumn[] | undefined,
  sums: CustomerSums | null | undefined,
): Column<CustomerRow>[] {
  const name: Column<CustomerRow> = {
    id: 'name',
    canShrink: true,
    header: 'Customer',
    total: () => 'Total',
    cell: (row) => (
      <span className="block max-w-[10.5rem] min-w-32 sm:max-w-[18rem]">
        <CustomerLink connectionId={view.connection.id} customer={row} />
        {row.name && row.email && <span className="block truncate text-xs text-ink-soft">{row.email}</span>}
      </span>
    ),
  }
  const others = shownColumns(chosen).map((id): Column<CustomerRow> => {
    const isWideOnly = chosen === undefined && !ON_A_PHONE.has(id)
    return { ...column(id, view, sums), isWideOnly }
  })
  return [name, ...others]
}
