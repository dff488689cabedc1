import { Link } from '@tanstack/react-router'

import type { Connection } from '~/api/types'
import { sourceName, testMode } from '~/sources/names'
import { useMay } from '~/view/useMay'

/** Figures that are not of real payments are never taken for such. */
export function ModeStrip({ connection }: { connection: Connection }) {
  const mayConnect = useMay('manage')
  if (connection.is_sample) {
    return (
      <p className="bg-accent-soft px-3 py-1 text-center text-xs sm:px-5">
        <strong className="font-semibold">Sample data.</strong> Look around freely.{' '}
        {mayConnect && (
          <Link className="link" to="/connect">
            Connect your account
          </Link>
        )}
      </p>
    )
  }
  if (!connection.is_test_mode) return null
  return (
    <p className="bg-warn-soft px-3 py-1 text-center text-xs sm:px-5">
      <strong className="font-semibold">{testMode(connection.source)}.</strong> {sourceName(connection)}’s test data, not real payments.
    </p>
  )
}
