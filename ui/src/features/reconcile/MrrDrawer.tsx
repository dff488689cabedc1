import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { allMrrCustomers, mrrCustomersQuery } from '~/api/queries'
import type { Currency, MrrStatementCustomer } from '~/api/types'
import { fileName } from '~/charts/export'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { EmptyState } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { DetailDrawer } from '~/components/Overlay'
import { PagedList } from '~/components/PagedList'
import { CustomerLink } from '~/features/customers/CustomerLink'
import type { View } from '~/view/useView'

import { customersFile, lineName, whyOf } from './mrrLines'

/** One amount of the statement. */
interface Cell {
  line: string
  currency: Currency
}

interface DrawerProps {
  view: View
  provider: string
  /** Closed without any. */
  cell: Cell | undefined
  onClose: () => void
}

/** The customers behind an amount of the MRR statement. */
export function MrrDrawer({ view, provider, cell, onClose }: DrawerProps) {
  return (
    <DetailDrawer
      isOpen={cell !== undefined}
      subtitle={cell && `As of now · ${cell.currency.toUpperCase()}`}
      title={cell ? lineName(cell.line, provider) : 'Customers'}
      width="max-w-4xl"
      onClose={onClose}
    >
      {cell && <Customers cell={cell} provider={provider} view={view} />}
    </DetailDrawer>
  )
}

function columnsOf(view: View, provider: string): Column<MrrStatementCustomer>[] {
  const amount = (
    id: string,
    header: string,
    of: (row: MrrStatementCustomer) => number,
  ): Column<MrrStatementCustomer> => ({
    id,
    header,
    isNumeric: true,
    isWideOnly: true,
    cell: (row) => <Money className="text-ink-soft" currency={row.currency} minor={of(row)} />,
  })
  return [
    {
      id: 'customer',
      header: 'Customer',
      cell: ({ customer_id: id, name, email }) => (
        <CustomerLink className="max-w-56" connectionId={view.connection.id} customer={{ id, name: name ?? null, email }} />
      ),
    },
    amount('mrr', 'MRR', ({ mrr_minor }) => mrr_minor),
    amount('provider', provider, ({ provider_mrr_minor }) => provider_mrr_minor),
    {
      id: 'why',
      header: 'Reasons',
      isWideOnly: true,
      cell: (row) => <span className="block min-w-32 text-ink-soft">{whyOf(row, provider)}</span>,
    },
    {
      id: 'counted',
      header: 'Counted here',
      isNumeric: true,
      cell: ({ counted_minor, currency }) => <Money className="font-medium" currency={currency} minor={counted_minor} />,
    },
  ]
}

function Customers({ view, provider, cell }: { view: View; provider: string; cell: Cell }) {
  const { id, name } = view.connection
  const { currency, line } = cell
  const query = { currency, reason: line }
  const list = useInfiniteQuery(mrrCustomersQuery(id, query))
  const columns = useMemo(() => columnsOf(view, provider), [view, provider])
  return (
    <PagedList
      download={{
        exported: { list: 'mrr_customers', connection_id: id },
        name: fileName(name, 'mrr statement', line, currency),
        load: (onProgress) => allMrrCustomers(id, query, onProgress),
        table: customersFile,
      }}
      empty={<EmptyState title="No customers">No customer is behind this amount now.</EmptyState>}
      list={list}
      noun="customer"
    >
      {(rows) => <DataTable columns={columns} label="Customers" rowKey={(row) => row.customer_id} rows={rows} />}
    </PagedList>
  )
}
