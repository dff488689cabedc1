import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { api } from '~/api/client'
import { connectionPath, progressQuery } from '~/api/queries'
import type { Connection, Phase, Progress } from '~/api/types'
import { Button } from '~/components/Button'
import { Fact } from '~/components/Fact'
import { Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { PageHead } from '~/components/PageHead'
import { formatDay, formatInstant } from '~/format/date'
import { capital } from '~/format/names'
import { formatCount, formatDuration, formatRatio } from '~/format/number'
import { useTitle } from '~/view/useTitle'
import { useConnection } from '~/view/useView'

import { Freshness } from './Freshness'
import { KindTable } from './KindTable'
import { ReplaceKeyLink } from './ReplaceKeyLink'
import { adviceOf, isDamage, isKeyError } from './failure'
import { Problems } from './Problems'
import { Reload } from './Reload'

const PHASE: Record<Phase, string> = {
  idle: 'Up to date',
  connecting: 'Connecting',
  erasing: 'Erasing personal data',
  loading: 'Loading history',
  building: 'Building the ledger',
  checking: 'Checking that everything fits together',
  updating: 'Bringing it up to date',
  failed: 'Stopped',
}

const isRunning = (phase: Phase) => phase !== 'idle' && phase !== 'failed'

/** What part of everything is here; `undefined` while even its size is not known. */
function shareOf(progress: Progress): number | undefined {
  const known = progress.kinds.filter(({ estimated_total }) => estimated_total !== null)
  const total = known.reduce((sum, kind) => sum + Math.max(kind.estimated_total ?? 0, kind.done), 0)
  return total === 0 ? undefined : Math.min(1, known.reduce((sum, kind) => sum + kind.done, 0) / total)
}

/** What is loaded, and of how many as far as that is known. */
function objectsOf({ kinds, phase }: Progress): string {
  const done = kinds.reduce((sum, kind) => sum + kind.done, 0)
  const total = kinds.reduce((sum, kind) => sum + Math.max(kind.estimated_total ?? 0, kind.done), 0)
  return phase === 'loading' && total > done ? `${formatCount(done)} of ≈ ${formatCount(total)}` : formatCount(done)
}

export function SyncPage() {
  const connection = useConnection()
  useTitle('Sync', connection.name)
  const query = useQuery(progressQuery(connection.id))
  const progress = query.data
  const sync = useMutation({
    mutationFn: () => api.post(`${connectionPath(connection.id)}/sync`),
    onSettled: () => void query.refetch(),
  })
  return (
    <>
      <PageHead connection={connection} title="Sync">
        <Button
          isDisabled={progress !== undefined && isRunning(progress.phase)}
          isPending={sync.isPending}
          onPress={() => sync.mutate()}
        >
          Sync now
        </Button>
      </PageHead>
      {connection.last_error && (
        <Banner
          action={
            isKeyError(connection.last_error) ? (
              <ReplaceKeyLink connectionId={connection.id} />
            ) : (
              isDamage(connection.last_error) && <Reload connection={connection} size="small" />
            )
          }
          title={capital(connection.last_error.message)}
          tone="danger"
        >
          {adviceOf(connection.last_error)} Last tried {formatInstant(connection.last_error.at, connection.time_zone)}.
        </Banner>
      )}
      {sync.error && (
        <Banner title="The sync could not be started" tone="danger">
          {sync.error.message}
        </Banner>
      )}
      {query.error && !progress && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {!progress && !query.error && <SkeletonRows rows={24} />}
      {progress && <Overall connection={connection} progress={progress} />}
      {connection.is_history_complete && <Freshness connection={connection} />}
      {progress && (
        <section aria-label="By kind" className="card py-2">
          <KindTable progress={progress} />
        </section>
      )}
      <AbsentLists connection={connection} />
      <Problems connection={connection} />
    </>
  )
}

function Overall({ progress, connection }: { progress: Progress; connection: Connection }) {
  const { phase } = progress
  const share = shareOf(progress)
  // What is delivered is worked off without a phase of its own.
  const isWaiting = phase === 'idle' && progress.message !== null
  const percent = phase === 'idle' ? 100 : share === undefined ? undefined : Math.floor(share * 100)
  return (
    <section aria-label="Progress" className="card flex flex-col gap-4 p-5">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h2 className="text-lg font-semibold">{isWaiting ? 'Waiting' : PHASE[phase]}</h2>
        {isRunning(phase) && percent !== undefined && <span className="num text-ink-soft">{formatRatio(percent / 100, { digits: 0 })}</span>}
        {/* Why it stopped stands above. */}
        {progress.message && !(phase === 'failed' && connection.last_error) && <span className="text-sm text-ink-soft">{capital(progress.message)}</span>}
      </div>
      <div
        aria-label="Loaded"
        aria-valuemax={100}
        aria-valuemin={0}
        aria-valuenow={percent}
        className="h-2.5 overflow-hidden rounded-full bg-hover"
        role="progressbar"
      >
        <div
          className={`h-full rounded-full transition-[width] duration-700 ${phase === 'failed' ? 'bg-down' : phase === 'idle' ? 'bg-up' : 'bg-accent'} ${percent === undefined ? 'w-1/5 animate-pulse' : ''}`}
          style={percent === undefined ? undefined : { width: `${Math.max(percent, 1)}%` }}
        />
      </div>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 text-sm sm:grid-cols-4">
        <Fact label="Objects" value={objectsOf(progress)} />
        {isRunning(phase) && (
          <>
            <Fact label="Each second" value={formatCount(Math.round(progress.objects_per_second))} />
            <Fact
              label="Time left"
              value={progress.seconds_left === null ? 'Not known yet' : `About ${formatDuration(progress.seconds_left)}`}
            />
          </>
        )}
        <Fact
          label="History reaches back to"
          value={
            progress.reaches_back_on
              ? formatDay(progress.reaches_back_on)
              : connection.is_history_complete
                ? 'Its beginning'
                : '–'
          }
        />
      </dl>
      {progress.ledger_version > 0 && !connection.is_history_complete && (
        <p className="rounded-lg bg-good-soft px-4 py-3 text-sm">
          Today’s MRR is already here
          {progress.reaches_back_on && `, from what was billed since ${formatDay(progress.reaches_back_on)}`}.{' '}
          <Link className="link font-medium" params={{ connectionId: connection.id }} to="/c/$connectionId/mrr">
            Open the MRR Breakdown
          </Link>{' '}
          while history fills in behind it. You can close this page; loading goes on, also after a restart.
        </p>
      )}
      {connection.is_history_complete && !isRunning(phase) && (
        <p className="text-sm">
          <Link className="link" params={{ connectionId: connection.id }} to="/c/$connectionId/mrr">
            Open the MRR Breakdown
          </Link>
        </p>
      )}
    </section>
  )
}

function AbsentLists({ connection }: { connection: Connection }) {
  if (connection.absent.length === 0) return null
  return (
    <section aria-label="What is absent" className="card p-5">
      <h2 className="font-semibold">What is absent</h2>
      <ul className="mt-2 divide-y divide-line text-sm">
        {connection.absent.map(({ kind, label, reason, without }) => (
          <li key={kind} className="flex flex-wrap gap-x-4 py-2">
            <span className="basis-44 font-medium">{label}</span>
            <span className="min-w-0 flex-1 basis-72 text-ink-soft">
              Absent without it: {without}.{' '}
              {reason === 'forbidden'
                ? 'The key may not read them: set the permission to Read in Stripe, then sync.'
                : 'This server does not offer them.'}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
