import { useMemo } from 'react'

import type { Upcoming, UpcomingKind } from '~/api/types'
import { DataTable } from '~/components/DataTable'
import { useOpenCustomer } from '~/features/customers/useOpenCustomer'
import type { View } from '~/view/useView'

import { upcomingColumns, upcomingKey } from './columns'

interface TableProps {
  view: View
  what: UpcomingKind
  label: string
  rows: readonly Upcoming[]
  isStale: boolean
}

/** Rows of what is ahead; each opens its customer. */
export function UpcomingTable({ view, what, label, rows, isStale }: TableProps) {
  const openCustomer = useOpenCustomer(view.connection.id)
  const columns = useMemo(() => upcomingColumns(view, what), [view, what])
  return (
    <DataTable
      columns={columns}
      isStale={isStale}
      label={label}
      rowKey={upcomingKey}
      rows={rows}
      onRowClick={(row) => openCustomer(row.customer_id)}
    />
  )
}
