import { Link } from '@tanstack/react-router'

import { buttonClass } from '~/components/Button'
import { EmptyState } from '~/components/Feedback'
import { sourceOf } from '~/sources'
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

interface NothingProps {
  view: View
  /** What the page shows once there is something, with its verb: `Trials appear`. */
  appears?: string | undefined
  /** When that is: `the first one starts`. Left out, it needs MRR. */
  once?: string | undefined
}

/** Nothing has been billed in this account: what to do next. */
export function NothingYet({ view, appears = 'MRR appears', once }: NothingProps) {
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
        title={once ? 'Nothing has been billed in this account yet' : 'No subscriptions have been billed in this account yet'}
      >
        You’re all set. {appears} here as soon as {once ?? `the first ${sourceOf(view.connection).bill.one} with a recurring price is paid`}.
      </EmptyState>
    </div>
  )
}
