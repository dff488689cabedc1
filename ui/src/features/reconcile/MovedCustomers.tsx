import { useQuery } from '@tanstack/react-query'

import { joiningQuery } from '~/api/queries'
import type { Connection } from '~/api/types'
import { CountedOnce } from '~/features/together/CountedOnce'
import { countOf } from '~/format/number'

/** By what all accounts together differ from the sum of each, where customers moved from one to another. */
export function MovedCustomers({ connection }: { connection: Connection }) {
  const { data } = useQuery(joiningQuery(connection.id))
  if (!data || data.joined_customers === 0) return null
  return (
    <section aria-label="Customers of several accounts" className="card flex flex-col gap-2 p-5 text-sm">
      <h2 className="text-lg font-semibold">Customers of several accounts</h2>
      <p>
        {countOf(data.joined_customers, 'customer is', 'customers are')} in more than one account and counted once here; in the
        accounts, they are {countOf(data.account_customers, 'customer')}. Payments and bills are those of each account.
      </p>
      {data.counted_once.length === 0 ? <p>MRR is the sum of all accounts.</p> : <CountedOnce summary={data} />}
    </section>
  )
}
