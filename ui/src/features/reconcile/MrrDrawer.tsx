import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { allMrrCustomers, mrrCustomersQuery } from '~/api/queries'
import type { Currency, MrrStatementCustomer } from '~/api/types'
import { fileName } from '~/charts/export'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { DownloadAll } from '~/components/DownloadAll'
import { EmptyState, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { Drawer } from '~/components/Overlay'
import { ShowMore } from '~/components/ShowMore'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { countOf } from '~/format/number'
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
    <Drawer
      isOpen={cell !== undefined}
      title={cell ? <Title cell={cell} provider={provider} /> : 'Customers'}
      width="max-w-4xl"
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose()
      }}
    >
      {cell && <Customers cell={cell} provider={provider} view={view} />}
    </Drawer>
  )
}

function Title({ cell: { line, currency }, provider }: { cell: Cell; provider: string }) {
  return (
    <>
      {lineName(line, provider)}
      <span className="block text-sm font-normal text-ink-soft">As of now · {currency.toUpperCase()}</span>
    </>
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
  const rows = useMemo(() => list.data?.pages.flatMap(({ data }) => data) ?? [], [list.data])
  const [page] = list.data?.pages ?? []
  if (list.error && !page) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  if (page === undefined) return <SkeletonRows rows={10} />
  if (page.total === 0) return <EmptyState title="No customers">No customer is behind this amount now.</EmptyState>
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 pb-2">
        <p className="flex-1 text-[0.8125rem] text-ink-soft" role="status">
          {countOf(page.total, 'customer')}
        </p>
        <DownloadAll
          load={(onProgress) => allMrrCustomers(id, query, onProgress)}
          name={fileName(name, 'mrr statement', line, currency)}
          table={customersFile}
          total={page.total}
        />
      </div>
      <div className="-mx-5">
        <DataTable columns={columns} label="Customers" rowKey={(row) => row.customer_id} rows={rows} />
      </div>
      <ShowMore className="pt-3" list={list} />
    </>
  )
}
