import { Link } from '@tanstack/react-router'

import { buttonClass } from '~/components/Button'
import { EmptyState } from '~/components/Feedback'
import { useMay } from '~/view/useMay'
import type { View } from '~/view/useView'

/** Whether the account is known to have no MRR, now or in the past. It can have trials and payments. */
export const isNothingBilled = ({ connection, facets }: View): boolean =>
  connection.is_history_complete && facets !== undefined && facets.first_on === null

/** Whether the account is known to have nothing at all that a figure could be of. */
export const isNothingKnown = ({ connection, facets }: View): boolean =>
  connection.is_history_complete && facets !== undefined && !facets.has_figures

/** The import stopped before there was a single figure. The banner above says why. */
export function NothingImported({ view }: { view: View }) {
  return (
    <div className="card">
      <EmptyState
        action={
          <Link
            className={buttonClass('secondary', 'small')}
            params={{ connectionId: view.connection.id }}
            to="/c/$connectionId/sync"
          >
            See what happened
          </Link>
        }
        title="No figures yet"
      >
        The import stopped before anything could be calculated.
      </EmptyState>
    </div>
  )
}

/** Nothing has been billed in this account: what to do next. */
export function NothingYet({ view }: { view: View }) {
  const mayConnect = useMay('manage')
  return (
    <div className="card">
      <EmptyState
        action={
          <>
            <Link
              className={buttonClass('secondary', 'small')}
              params={{ connectionId: view.connection.id }}
              to="/c/$connectionId/sync"
            >
              See what was imported
            </Link>
            {mayConnect && (
              <Link className={buttonClass('quiet', 'small')} to="/connect">
                Connect another account
              </Link>
            )}
          </>
        }
        title="No subscriptions have been billed in this account yet"
      >
        You’re all set. MRR appears here as soon as the first invoice with a recurring price is paid.
      </EmptyState>
    </div>
  )
}
