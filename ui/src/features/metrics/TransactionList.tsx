import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import type { Query } from '~/api/client'
import { allBalanceTransactions, balanceTransactionsQuery } from '~/api/queries'
import type { BalanceTransaction, MetricDefinition, Money } from '~/api/types'
import { fileName } from '~/charts/export'
import { DataTable } from '~/components/DataTable'
import { EmptyState } from '~/components/Feedback'
import { PagedList } from '~/components/PagedList'
import type { View } from '~/view/useView'

import { transactionColumns, transactionsFile } from './transactions'

interface Props {
  view: View
  metric: MetricDefinition
  query: Query
}

/** In the currency of the view, where there is a rate. */
function countedIn(view: View) {
  return ({ currency, counted_minor, converted_minor }: BalanceTransaction): Money =>
    view.currency === 'native' || converted_minor == null
      ? { currency, amount_minor: counted_minor }
      : { currency: view.currency, amount_minor: converted_minor }
}

/** The balance transactions that a value is the sum of, newest first. */
export function TransactionList({ view, metric, query }: Props) {
  const { id, name, time_zone: zone } = view.connection
  const list = useInfiniteQuery(balanceTransactionsQuery(id, metric.id, query))
  const counted = useMemo(() => countedIn(view), [view])
  const columns = useMemo(() => transactionColumns<BalanceTransaction>(zone, counted), [zone, counted])
  return (
    <PagedList
      download={{
        exported: { list: 'balance_transactions', connection_id: id },
        name: fileName(name, metric.label),
        load: (onProgress) => allBalanceTransactions(id, metric.id, query, onProgress),
        table: (all) => transactionsFile(all, zone, counted),
      }}
      empty={<EmptyState title="No balance transactions">No balance transaction of this period adds to this figure.</EmptyState>}
      list={list}
      noun="balance transaction"
    >
      {(rows) => <DataTable columns={columns} label={`Balance transactions: ${metric.label}`} rowKey={(row) => row.id} rows={rows} />}
    </PagedList>
  )
}
