import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { customersQuery } from '~/api/queries'
import type { Currency } from '~/api/types'
import { ErrorState, SkeletonRows } from '~/components/Feedback'
import { Money, MoneyList } from '~/components/Figures'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { isKnown } from '~/view/known'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import { scopeOf } from './useMrrData'

export function TopCustomers({ view, currency }: { view: View; currency: Currency | undefined }) {
  const query = useInfiniteQuery(
    customersQuery(view.connection.id, { ...scopeOf(view, currency), state: 'active', sort: '-mrr', limit: 8 }),
  )
  const customers = query.data?.pages[0]?.data
  const { id } = view.connection
  // While the first customers are still being imported, an empty list says nothing.
  const isUnknown = customers?.length === 0 && !isKnown(view.connection)
  return (
    <section aria-label="Top customers" className="card px-4 py-3 sm:px-5">
      <h2 className="pt-1 font-semibold">Top customers by MRR now</h2>
      {query.error && !customers && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {(!customers || isUnknown) && !query.error && <SkeletonRows rows={8} />}
      {customers?.length === 0 && !isUnknown && <p className="py-4 text-sm text-ink-soft">{view.hasFilters ? 'No customer has MRR with these filters.' : 'No customer has MRR yet.'}</p>}
      {customers && customers.length > 0 && (
        <>
          <ol className="mt-1 divide-y divide-line">
            {customers.map((customer) => (
              <li key={customer.id} className="flex items-baseline gap-3 py-2 text-sm">
                <CustomerLink className="min-w-0 flex-1" connectionId={id} customer={customer} />
                <span className="num text-right">
                  {customer.mrr_converted_minor !== null && view.currency !== 'native' ? (
                    <Money currency={view.currency} minor={customer.mrr_converted_minor} />
                  ) : (
                    <MoneyList amounts={customer.mrr} />
                  )}
                </span>
              </li>
            ))}
          </ol>
          <Link
            className="link mt-2 mb-1 inline-block text-sm"
            params={{ connectionId: id }}
            search={(before) => ({ ...keptSearch(before), sort: '-mrr' as const })}
            to="/c/$connectionId/customers"
          >
            All customers
          </Link>
        </>
      )}
    </section>
  )
}
