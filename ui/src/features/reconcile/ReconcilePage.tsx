import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'

import { cashQuery, mrrStatementQuery, reconcileQuery } from '~/api/queries'
import { Banner } from '~/components/Feedback'
import { PageHead } from '~/components/PageHead'
import { Segmented } from '~/components/Segmented'
import { MissingHere } from '~/features/shell/MissingHere'
import { countOf } from '~/format/number'
import { sourceOf } from '~/sources'
import { compact } from '~/view/search'
import { isTogether } from '~/view/together'
import { useFallback } from '~/view/useFallback'
import { useTitle } from '~/view/useTitle'
import { useView } from '~/view/useView'

import { CashStatement } from './CashStatement'
import { DifferentRenewals } from './DifferentRenewals'
import { MrrStatement } from './MrrStatement'
import { MovedCustomers } from './MovedCustomers'
import { isAccountedFor } from './paid'
import { PaidStatement } from './PaidStatement'
import { ProviderMrr } from './ProviderMrr'
import { RestatedMonths } from './RestatedMonths'

const route = getRouteApi('/app/c/$connectionId/reconcile')

const PARTS = ['charges', 'balance_transactions'] as const

/** From what was paid to MRR, to net cash, and to the provider's own MRR: nothing may be unexplained. */
export function ReconcilePage() {
  const view = useView()
  const { connection } = view
  useTitle('Reconcile', connection.name)
  const { of } = route.useSearch()
  const navigate = route.useNavigate()
  const { start: from, end: to } = view.period
  const query = useQuery(reconcileQuery(connection.id, { from, to }))
  useFallback(view, query.error)
  const cash = useQuery(cashQuery(connection.id, { from, to }))
  const statement = useQuery(mrrStatementQuery(connection.id))
  const currencies = useMemo(
    () => {
      const all = [...(query.data?.months ?? []), ...(cash.data?.months ?? []), ...(statement.data?.currencies ?? [])]
      return [...new Set(all.map(({ currency }) => currency))].toSorted()
    },
    [query.data, cash.data, statement.data],
  )
  const shown =
    of && currencies.includes(of)
      ? of
      : currencies.includes(connection.reporting_currency ?? '')
        ? connection.reporting_currency
        : currencies[0]
  const { bill } = sourceOf(connection)
  const unexplained = query.data?.months.filter((month) => !isAccountedFor(month)).length ?? 0
  return (
    <>
      <PageHead title="Reconcile" />
      {currencies.length > 1 && shown && (
        <div className="no-print flex flex-wrap items-center gap-2">
          <Segmented
            label="Currency"
            options={currencies.map((id) => ({ id, label: id.toUpperCase() }))}
            value={shown}
            onChange={(next) => void navigate({ search: (before) => compact({ ...before, of: next }), replace: true })}
          />
        </div>
      )}
      {query.data && query.data.months.length > 0 && (
        <Banner
          title={unexplained === 0 ? `Every ${bill.paid} is accounted for` : `${countOf(unexplained, 'month doesn’t', 'months don’t')} add up`}
          tone={unexplained === 0 ? 'good' : 'danger'}
        >
          {unexplained === 0
            ? 'Paid equals counted plus left out, to the cent, in every month and currency shown.'
            : 'The column Unexplained shows by how much. Usually, history is still loading.'}
        </Banner>
      )}
      <PaidStatement currency={shown ?? undefined} paid={query} view={view} />
      <MissingHere parts={PARTS} view={view} />
      <CashStatement cash={cash} currency={shown ?? undefined} view={view} />
      <MrrStatement currency={shown ?? undefined} statement={statement} view={view} />
      {!isTogether(connection) && <ProviderMrr connection={connection} />}
      {!isTogether(connection) && <DifferentRenewals connection={connection} />}
      {isTogether(connection) ? <MovedCustomers connection={connection} /> : <RestatedMonths connection={connection} />}
    </>
  )
}
