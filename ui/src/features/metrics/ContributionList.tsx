import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import type { Query } from '~/api/client'
import { allContributions, contributionsQuery } from '~/api/queries'
import type { Contribution, Currency, ExplainedTerm, MetricDefinition } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import { fileName } from '~/charts/export'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { EmptyState } from '~/components/Feedback'
import { PagedList } from '~/components/PagedList'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { useOpenCustomer } from '~/features/customers/useOpenCustomer'
import { fileValue, formatValue } from '~/format/value'
import type { View } from '~/view/useView'

interface Props {
  view: View
  metric: MetricDefinition
  part: ExplainedTerm
  currency: Currency
  query: Query
}

/** A list in which everybody counts once needs no column of ones. */
const isOneEach = ({ unit }: ExplainedTerm, rows: readonly Contribution[]) => unit === 'count' && rows.every(({ amount }) => amount === 1)

function columnsOf(view: View, { label, unit }: ExplainedTerm, currency: Currency): Column<Contribution>[] {
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
  const { connection } = view
  const openCustomer = useOpenCustomer(connection.id)
  const list = useInfiniteQuery(contributionsQuery(connection.id, metric.id, part.id, query))
  const columns = useMemo(() => columnsOf(view, part, currency), [view, part, currency])
  return (
    <PagedList
      download={{
        exported: { list: 'contributions', connection_id: connection.id },
        name: fileName(connection.name, metric.label, part.label),
        load: (onProgress) => allContributions(connection.id, metric.id, part.id, query, onProgress),
        table: (all) => fileOf(all, part),
      }}
      empty={<EmptyState title="No customers">No customer contributes to this figure in this period.</EmptyState>}
      list={list}
      noun="customer"
    >
      {(rows) => (
        <DataTable
          columns={isOneEach(part, rows) ? columns.slice(0, 1) : columns}
          label={`Customers: ${part.label}`}
          rowKey={(row) => `${row.customer_id} ${row.currency}`}
          rows={rows}
          onRowClick={(row) => openCustomer(row.customer_id)}
        />
      )}
    </PagedList>
  )
}
