import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'

import type { Query } from '~/api/client'
import { allContributions, contributionsQuery } from '~/api/queries'
import type { Contribution, Currency, ExplainedTerm, MetricDefinition } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import { fileName } from '~/charts/export'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { DownloadAll } from '~/components/DownloadAll'
import { EmptyState, ErrorState, SkeletonRows } from '~/components/Feedback'
import { ShowMore } from '~/components/ShowMore'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { countOf } from '~/format/number'
import { fileValue, formatValue } from '~/format/value'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

interface Props {
  view: View
  metric: MetricDefinition
  part: ExplainedTerm
  currency: Currency
  query: Query
}

/** A list in which everybody counts once needs no column of ones. */
const isOneEach = ({ unit }: ExplainedTerm, rows: readonly Contribution[]) => unit === 'count' && rows.every(({ amount }) => amount === 1)

function columnsOf(view: View, { label, unit }: ExplainedTerm, currency: Currency): [customer: Column<Contribution>, amount: Column<Contribution>] {
  return [
    {
      id: 'customer',
      header: 'Customer',
      cell: ({ customer_id, name, email }) => (
        <span className="block max-w-80">
          <CustomerLink connectionId={view.connection.id} customer={{ id: customer_id, name, email }} />
        </span>
      ),
    },
    {
      id: 'amount',
      header: label,
      isNumeric: true,
      cell: ({ amount }) => <span className="font-medium">{formatValue(amount, unit, currency)}</span>,
    },
  ]
}

function fileOf(rows: readonly Contribution[], { id, unit }: ExplainedTerm): ExportTable {
  return {
    columns: ['customer_id', 'name', 'email', 'currency', id],
    rows: rows.map((row) => [row.customer_id, row.name, row.email, row.currency, fileValue(row.amount, unit, row.currency)]),
  }
}

/** What each customer adds to a part of a value, the largest first. */
export function ContributionList({ view, metric, part, currency, query }: Props) {
  const navigate = useNavigate()
  const { connection } = view
  const list = useInfiniteQuery(contributionsQuery(connection.id, metric.id, part.id, query))
  const rows = useMemo(() => list.data?.pages.flatMap(({ data }) => data) ?? [], [list.data])
  const columns = useMemo(() => {
    const [customer, amount] = columnsOf(view, part, currency)
    return isOneEach(part, rows) ? [customer] : [customer, amount]
  }, [view, part, currency, rows])
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  const total = list.data?.pages[0]?.total
  if (total === undefined) return <SkeletonRows rows={8} />
  if (total === 0) return <EmptyState title="No customers">No customer contributes to this figure in this period.</EmptyState>
  return (
    <div>
      <div className="flex flex-wrap items-center gap-2 pb-2">
        <p className="flex-1 text-[0.8125rem] text-ink-soft" role="status">
          {countOf(total, 'customer')}
        </p>
        <DownloadAll
          load={(onProgress) => allContributions(connection.id, metric.id, part.id, query, onProgress)}
          name={fileName(connection.name, metric.label, part.label)}
          table={(all) => fileOf(all, part)}
          total={total}
        />
      </div>
      <div className="-mx-5">
        <DataTable
          columns={columns}
          label={`Customers: ${part.label}`}
          rowKey={(row) => `${row.customer_id} ${row.currency}`}
          rows={rows}
          onRowClick={(row) =>
            void navigate({
              to: '/c/$connectionId/customers/$customerId',
              params: { connectionId: connection.id, customerId: row.customer_id },
              search: keptSearch,
            })
          }
        />
      </div>
      <ShowMore className="pt-3" list={list} />
    </div>
  )
}
