import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'

import type { Query } from '~/api/client'
import { allCohortCustomers, cohortCustomersQuery, ledgerKey } from '~/api/queries'
import type { CohortCustomer, Currency, Money } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import { fileName } from '~/charts/export'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { Badge, EmptyState, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Money as Amount } from '~/components/Figures'
import { PagedList } from '~/components/PagedList'
import { Segmented } from '~/components/Segmented'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { useOpenCustomer } from '~/features/customers/useOpenCustomer'
import { formatBucket } from '~/format/date'
import { formatMoney, moneyOf } from '~/format/money'
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

/** By customer, what a cell lacks: one amount for each currency that can't be converted. */
type Unconverted = ReadonlyMap<string, readonly Money[]>

const NONE: Unconverted = new Map()

/** The server converts what it can. What it leaves out is requested natively. */
function useUnconverted(props: Props) {
  const { id } = props.view.connection
  const query: Query = { ...queryOf(props, 'all'), currency: 'native', filter_currency: props.data.lacking }
  return useQuery({
    queryKey: [...ledgerKey(id), 'unconverted', query],
    queryFn: async (): Promise<Unconverted> => {
      const found = new Map<string, Money[]>()
      for (const { customer_id, value, currency } of await allCohortCustomers(id, query, () => undefined)) {
        if (value) found.set(customer_id, [...(found.get(customer_id) ?? []), moneyOf(value, currency)])
      }
      return found
    },
    // Of customers, the server itself says for whom it isn't known.
    enabled: props.what !== 'customers' && props.data.lacking.length > 0 && (props.row.cells[props.at]?.isIncomplete ?? false),
    structuralSharing: false,
  })
}

const NO_RATE = <span className="text-ink-soft">No exchange rate</span>

/** An amount, and what it lacks. */
function Value({ minor, currency, lacks }: { minor: number | null; currency: Currency; lacks: readonly Money[] }) {
  return (
    <>
      {minor === null || (minor === 0 && lacks.length > 0) ? NO_RATE : <Amount className="font-medium" currency={currency} minor={minor} />}
      {lacks.length > 0 && (
        <span className="num block text-xs text-ink-soft">
          {lacks.map((one) => formatMoney(one.amount_minor, one.currency)).join(', ')} not included
        </span>
      )}
    </>
  )
}

const NOTHING: Record<Shown, string> = {
  all: 'No customers in this cell.',
  kept: 'No customer of this cell has MRR.',
  gone: 'All customers of this cell have MRR.',
}

/** Whoever pays in a currency without a rate has no MRR that could be told. */
const isUnknownAtFirst = ({ customer_id, mrr_minor }: CohortCustomer, unconverted: Unconverted) => mrr_minor === 0 && unconverted.has(customer_id)

function columnsOf({ view, what, data, row, at }: Props, unconverted: Unconverted): Column<CohortCustomer>[] {
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
          cell: ({ value, currency, customer_id }) => <Value currency={currency} lacks={unconverted.get(customer_id) ?? []} minor={value} />,
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
    { id: 'mrr', header: `MRR, ${stepName(data.interval, 0).toLowerCase()}`, isNumeric: true, cell: (row) => (isUnknownAtFirst(row, unconverted) ? <span className="text-ink-faint">–</span> : <Amount currency={row.currency} minor={row.mrr_minor} />) },
    then,
  ]
}

function fileOf(rows: readonly CohortCustomer[], what: CohortWhat, lacking: readonly Currency[], unconverted: Unconverted): ExportTable {
  const valueOf = ({ value, currency, customer_id }: CohortCustomer) => {
    if (value === null || (value === 0 && unconverted.has(customer_id))) return null
    return what === 'customers' ? value > 0 : moneyOf(value, currency)
  }
  return {
    columns: [
      'customer_id',
      'name',
      'email',
      'currency',
      'start_on',
      'mrr',
      what === 'customers' ? 'has_mrr' : what,
      ...lacking.map((code) => `not_converted_${code}`),
    ],
    rows: rows.map((row) => [
      row.customer_id,
      row.name,
      row.email,
      row.currency,
      row.start_on,
      isUnknownAtFirst(row, unconverted) ? null : moneyOf(row.mrr_minor, row.currency),
      valueOf(row),
      ...lacking.map((code) => unconverted.get(row.customer_id)?.find(({ currency }) => currency === code) ?? null),
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
  const lacks = useUnconverted(props)
  const unconverted = lacks.data ?? NONE
  // oxlint-disable-next-line react/exhaustive-deps
  const columns = useMemo(() => columnsOf(props, unconverted), [view, what, row, props.at, props.data, unconverted])
  return (
    <section aria-label="Customers of this cell" className="border-t border-line pt-4">
      <div className="flex flex-wrap items-center gap-3 pb-3">
        <h3 className="min-w-0 flex-1 font-semibold">Customers</h3>
        {what !== 'revenue' && <Segmented label="Customers to list" options={SHOWN} value={shown} onChange={setShown} />}
      </div>
      {lacks.error && !lacks.data && <ErrorState error={lacks.error} onRetry={() => void lacks.refetch()} />}
      {lacks.isLoading && <SkeletonRows rows={10} />}
      {!lacks.isLoading && !(lacks.error && !lacks.data) && (
        <PagedList
          download={{
            exported: { list: 'cohort_customers', connection_id: connection.id },
            name: fileName(connection.name, 'cohort', row.key || 'all'),
            load: (onProgress) => allCohortCustomers(connection.id, query, onProgress),
            table: (all) => fileOf(all, what, what === 'customers' ? [] : props.data.lacking, unconverted),
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
      )}
    </section>
  )
}
