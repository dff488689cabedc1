import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'

import type { Query } from '~/api/client'
import { allCohortCustomers, cohortCustomersQuery } from '~/api/queries'
import type { CohortCustomer } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import { fileName } from '~/charts/export'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { Badge, EmptyState } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { PagedList } from '~/components/PagedList'
import { Segmented } from '~/components/Segmented'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { useOpenCustomer } from '~/features/customers/useOpenCustomer'
import { formatBucket } from '~/format/date'
import { moneyOf } from '~/format/money'
import type { CohortWhat, DimensionName } from '~/view/pageSearch'
import type { View } from '~/view/useView'

import type { CohortRow } from './cohorts'
import type { CohortData } from './useCohorts'
import { stepName } from './words'

interface Props {
  view: View
  what: CohortWhat
  by: DimensionName | undefined
  data: CohortData
  row: CohortRow
  at: number
}

const SHOWN = [
  { id: 'all', label: 'All' },
  { id: 'kept', label: 'With MRR' },
  { id: 'gone', label: 'Without MRR' },
] as const

type Shown = (typeof SHOWN)[number]['id']

/** What is asked for: the customers of one cohort, or of several that are put together. */
function queryOf({ view, what, by, data, row, at }: Props, shown: Shown): Query {
  const { period, scope, currency } = view
  return {
    ...scope,
    ...(currency === 'native' ? { in_currency: data.currency } : {}),
    ...(row.start_on === null ? {} : { start_on: row.start_on }),
    ...(by === undefined ? {} : { by, group: row.key }),
    ...(shown === 'all' ? {} : { kept: shown === 'kept' }),
    from: period.start,
    to: period.end,
    interval: data.interval,
    what,
    at,
  }
}

const NO_RATE = <span className="text-ink-soft">No exchange rate</span>

const NOTHING: Record<Shown, string> = {
  all: 'Nobody is in this cell.',
  kept: 'No customer of this cell has MRR.',
  gone: 'All customers of this cell have MRR.',
}

function columnsOf({ view, what, data, row, at }: Props): Column<CohortCustomer>[] {
  const then: Column<CohortCustomer> =
    what === 'customers'
      ? {
          id: 'value',
          header: stepName(data.interval, at),
          cell: ({ value }) => (value === null ? NO_RATE : <Badge tone={value > 0 ? 'good' : 'plain'}>{value > 0 ? 'With MRR' : 'Without MRR'}</Badge>),
        }
      : {
          id: 'value',
          header: what === 'mrr' ? `MRR, ${stepName(data.interval, at).toLowerCase()}` : 'Net revenue so far',
          isNumeric: true,
          cell: ({ value, currency }) => (value === null ? NO_RATE : <Money className="font-medium" currency={currency} minor={value} />),
        }
  const start: Column<CohortCustomer> = { id: 'start', header: 'Started', cell: ({ start_on }) => formatBucket(start_on, data.interval) }
  return [
    {
      id: 'customer',
      header: 'Customer',
      cell: ({ customer_id, name, email }) => (
        <span className="block max-w-44 sm:max-w-80">
          <CustomerLink connectionId={view.connection.id} customer={{ id: customer_id, name, email }} />
        </span>
      ),
    },
    ...(row.start_on === null ? [start] : []),
    { id: 'mrr', header: `MRR, ${stepName(data.interval, 0).toLowerCase()}`, isNumeric: true, cell: ({ mrr_minor, currency }) => <Money currency={currency} minor={mrr_minor} /> },
    then,
  ]
}

function fileOf(rows: readonly CohortCustomer[], what: CohortWhat): ExportTable {
  return {
    columns: ['customer_id', 'name', 'email', 'currency', 'start_on', 'mrr', what === 'customers' ? 'has_mrr' : what],
    rows: rows.map((row) => [
      row.customer_id,
      row.name,
      row.email,
      row.currency,
      row.start_on,
      moneyOf(row.mrr_minor, row.currency),
      row.value === null ? null : what === 'customers' ? row.value > 0 : moneyOf(row.value, row.currency),
    ]),
  }
}

/** Who the customers of a cell are, with what each adds to it, the most first. */
export function CohortCustomers(props: Props) {
  const { view, what, row } = props
  const { connection } = view
  const [shown, setShown] = useState<Shown>('all')
  const openCustomer = useOpenCustomer(connection.id)
  const query = queryOf(props, what === 'revenue' ? 'all' : shown)
  const list = useInfiniteQuery(cohortCustomersQuery(connection.id, query))
  // oxlint-disable-next-line react/exhaustive-deps
  const columns = useMemo(() => columnsOf(props), [view, what, row, props.at, props.data])
  return (
    <section aria-label="Customers of this cell" className="border-t border-line pt-4">
      <div className="flex flex-wrap items-center gap-3 pb-3">
        <h3 className="min-w-0 flex-1 font-semibold">Customers</h3>
        {what !== 'revenue' && <Segmented label="Customers to list" options={SHOWN} value={shown} onChange={setShown} />}
      </div>
      <PagedList
        download={{
          exported: { list: 'cohort_customers', connection_id: connection.id },
          name: fileName(connection.name, 'cohort', row.key || 'all'),
          load: (onProgress) => allCohortCustomers(connection.id, query, onProgress),
          table: (all) => fileOf(all, what),
        }}
        empty={<EmptyState title="No customers">{NOTHING[what === 'revenue' ? 'all' : shown]}</EmptyState>}
        list={list}
        noun="customer"
      >
        {(rows) => (
          <DataTable
            columns={columns}
            isStale={list.isPlaceholderData}
            label="Customers of this cell"
            rowKey={({ customer_id, currency }) => `${customer_id} ${currency}`}
            rows={rows}
            onRowClick={({ customer_id }) => openCustomer(customer_id)}
          />
        )}
      </PagedList>
    </section>
  )
}
