import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { api } from '~/api/client'
import { connectionPath, facetsQuery, ledgerKey, reconcileQuery } from '~/api/queries'
import type { Connection, CustomerPage } from '~/api/types'
import { Button, buttonClass } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { isAccountedFor } from '~/features/reconcile/paid'
import { todayIn } from '~/format/date'

import { importEndText } from './endText'

interface LineProps {
  connection: Connection
  /** How long the import took; not known where the page was opened in between. */
  seconds: number | undefined
  onClose: () => void
}

/** What was imported, and that nothing of it is unexplained. */
export function ImportEndLine({ connection, seconds, onClose }: LineProps) {
  const { id } = connection
  const today = todayIn(connection.time_zone)
  const { data: facets } = useQuery(facetsQuery(id))
  const from = facets?.first_on
  const reconciled = useQuery({ ...reconcileQuery(id, { from, to: today }), enabled: from != null })
  const customers = useQuery({
    queryKey: [...ledgerKey(id), 'number of customers'],
    queryFn: ({ signal }) => api.get<CustomerPage>(`${connectionPath(id)}/customers`, { limit: 1 }, signal),
  })
  const isKnown = facets && customers.data && (from == null || reconciled.data)
  if (!isKnown) return null
  const unexplained = reconciled.data?.months.filter((month) => !isAccountedFor(month)).length ?? 0
  const text = importEndText({ first_on: from ?? null, today, customers: customers.data.total, seconds, unexplained })
  return (
    <Banner
      action={
        <div className="flex gap-2">
          <Link className={buttonClass('secondary', 'small')} params={{ connectionId: id }} search={{ range: 'all' }} to="/c/$connectionId/reconcile">
            Reconcile
          </Link>
          <Button kind="quiet" size="small" onPress={onClose}>
            Close
          </Button>
        </div>
      }
      title="Everything is imported"
      tone="good"
    >
      {text}.
    </Banner>
  )
}
