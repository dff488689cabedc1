import { useQuery } from '@tanstack/react-query'

import { problemsQuery } from '~/api/queries'
import type { Connection } from '~/api/types'
import { ErrorState, SkeletonRows } from '~/components/Feedback'
import { CheckIcon } from '~/components/icons'
import { capital } from '~/format/names'
import { countOf } from '~/format/number'

/** What doesn't fit together in the account's data: listed, not hidden. */
export function Problems({ connection }: { connection: Connection }) {
  const { data: problems, error, refetch } = useQuery(problemsQuery(connection.id))
  return (
    <section aria-label="Problems" className="card p-5">
      <h2 className="font-semibold">Data problems</h2>
      {error && !problems && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!problems && !error && <SkeletonRows rows={3} />}
      {problems?.length === 0 && (
        <p className="mt-2 flex items-center gap-2 text-sm text-ink-soft">
          <CheckIcon className="size-4 text-up" />
          {connection.is_history_complete
            ? 'No problems found.'
            : 'None so far. The whole account is checked once history is complete.'}
        </p>
      )}
      <ul className="mt-2 divide-y divide-line">
        {problems?.map((problem) => (
          <li key={problem.code} className="py-3">
            <p className="flex flex-wrap items-baseline justify-between gap-2 text-sm font-medium">
              {capital(problem.title)}
              <span className="num text-ink-soft">{countOf(problem.count, 'object')}</span>
            </p>
            <p className="mt-0.5 text-sm text-ink-soft">{problem.detail}</p>
            {problem.examples.length > 0 && (
              <details className="mt-1 text-sm">
                <summary className="link cursor-pointer">Examples</summary>
                <ul className="mt-1 font-mono text-xs leading-6 break-all">
                  {problem.examples.map(({ kind, id, points_to }) => (
                    <li key={`${id} ${points_to}`}>
                      {kind} {id}
                      {points_to && ` → ${points_to}`}
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
