import { useInfiniteQuery } from '@tanstack/react-query'

import { allReconciledCustomers, reconciledCustomersQuery } from '~/api/queries'
import type { ReconciledCustomer } from '~/api/types'
import { fileName } from '~/charts/export'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { EmptyState } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { DetailDrawer } from '~/components/Overlay'
import { PagedList } from '~/components/PagedList'
import { formatMonth } from '~/format/date'
import { capital } from '~/format/names'
import { formatCount } from '~/format/number'
import { sourceOf } from '~/sources'
import { ownId } from '~/view/together'
import type { View } from '~/view/useView'

import type { PaidCell } from './paid'
import { TOTAL, customersFile, partName } from './paid'
import { PaidLines } from './PaidLines'

interface DrawerProps {
  view: View
  /** Closed without any. */
  cell: PaidCell | undefined
  /** The one whose lines are shown; without any, all customers of the cell. */
  customer: string | undefined
  onShow: (customer: string | undefined) => void
  onClose: () => void
}

/** The customers behind an amount of the first statement, and what each of them paid line by line. */
export function PaidDrawer({ view, cell, customer, onShow, onClose }: DrawerProps) {
  return (
    <DetailDrawer
      isOpen={cell !== undefined}
      subtitle={cell && `${formatMonth(cell.month_on, { long: true })} · ${cell.currency.toUpperCase()}`}
      title={cell ? partName(cell.part) : 'Customers'}
      width="max-w-4xl"
      onClose={onClose}
    >
      {cell && customer === undefined && <Customers cell={cell} view={view} onShow={onShow} />}
      {cell && customer !== undefined && <PaidLines cell={cell} customer={customer} view={view} onBack={() => onShow(undefined)} />}
    </DetailDrawer>
  )
}

function columnsOf(view: View, cell: PaidCell, onShow: DrawerProps['onShow']): Column<ReconciledCustomer>[] {
  const amount = (id: string, header: string, of: (row: ReconciledCustomer) => number): Column<ReconciledCustomer> => ({
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
        <button className="link block max-w-56 truncate text-left" type="button" onClick={() => onShow(id)}>
          <bdi>{name ?? email ?? ownId(id)}</bdi>
        </button>
      ),
    },
    {
      id: 'invoices',
      header: capital(sourceOf(view.connection).bill.many),
      isNumeric: true,
      isWideOnly: true,
      cell: ({ invoices }) => <span className="num text-ink-soft">{formatCount(invoices)}</span>,
    },
    ...(cell.part === TOTAL
      ? [amount('used', 'Counted in MRR', ({ used_minor }) => used_minor)]
      : [amount('paid', 'Paid', ({ total_minor }) => total_minor)]),
    {
      id: 'counted',
      header: 'Counted here',
      isNumeric: true,
      cell: ({ counted_minor, currency }) => <Money className="font-medium" currency={currency} minor={counted_minor} />,
    },
  ]
}

function Customers({ view, cell, onShow }: Pick<DrawerProps, 'view' | 'onShow'> & { cell: PaidCell }) {
  const { id, name } = view.connection
  const { month_on, currency, part } = cell
  const query = { month_on, currency, part }
  const list = useInfiniteQuery(reconciledCustomersQuery(id, query))
  const columns = columnsOf(view, cell, onShow)
  return (
    <PagedList
      download={{
        exported: { list: 'reconciled_customers', connection_id: id },
        name: fileName(name, 'reconcile', part, month_on.slice(0, 7), currency),
        load: (onProgress) => allReconciledCustomers(id, query, onProgress),
        table: customersFile,
      }}
      empty={<EmptyState title="No customers">No customer is behind this amount now.</EmptyState>}
      list={list}
      noun="customer"
    >
      {(rows) => (
        <DataTable
          columns={columns}
          label="Customers"
          rowKey={(row) => row.customer_id}
          rows={rows}
          onRowClick={({ customer_id }) => onShow(customer_id)}
        />
      )}
    </PagedList>
  )
}
