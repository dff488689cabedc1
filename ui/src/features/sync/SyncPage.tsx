import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'

import { api } from '~/api/client'
import { connectionPath, progressQuery } from '~/api/queries'
import type { Connection, Phase, Progress } from '~/api/types'
import { ASK_ADMIN } from '~/components/AskAdmin'
import { Button } from '~/components/Button'
import { Fact } from '~/components/Fact'
import { Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { PageHead } from '~/components/PageHead'
import { formatDay, formatInstant } from '~/format/date'
import { capital } from '~/format/names'
import { formatCount, formatDuration, formatRatio } from '~/format/number'
import { PartsPage } from '~/features/together/PartsPage'
import { sourceOf } from '~/sources'
import { useMay } from '~/view/useMay'
import { isTogether } from '~/view/together'
import { useTitle } from '~/view/useTitle'
import { useConnection } from '~/view/useView'

import { Freshness } from './Freshness'
import { KindTable } from './KindTable'
import { ReplaceKeyLink } from './ReplaceKeyLink'
import { takeAwaited } from './awaited'
import { adviceOf, isDamage, isKeyError } from './failure'
import { Problems } from './Problems'
import { Reload } from './Reload'
import { shareOf } from './share'

const PHASE: Record<Phase, string> = {
  idle: 'Up to date',
  connecting: 'Connecting',
  erasing: 'Erasing personal data',
  loading: 'Loading history',
  building: 'Calculating metrics',
  checking: 'Checking the data',
  updating: 'Updating',
  failed: 'Stopped',
}

const isRunning = (phase: Phase) => phase !== 'idle' && phase !== 'failed'

/** How many objects are loaded, and of how many as far as that is known. Before anything is counted, there is no number. */
function objectsOf({ kinds, phase }: Progress): string {
  if (!kinds.some(({ state, done }) => done > 0 || state === 'done')) return '–'
  const done = kinds.reduce((sum, kind) => sum + kind.done, 0)
  const total = kinds.reduce((sum, kind) => sum + Math.max(kind.estimated_total ?? 0, kind.done), 0)
  return phase === 'loading' && total > done ? `${formatCount(done)} of ≈ ${formatCount(total)}` : formatCount(done)
}

export function SyncPage() {
  const connection = useConnection()
  return isTogether(connection) ? (
    <PartsPage connection={connection} lead="Each account syncs separately." title="Sync" to="/c/$connectionId/sync" />
  ) : (
    <ConnectionSync connection={connection} />
  )
}

/** Somebody who has just connected is here for the figures: they open as soon as there are today's. */
function useOpenFigures({ id }: Connection, progress: Progress | undefined) {
  const navigate = useNavigate()
  const hasFigures = progress !== undefined && progress.ledger_version > 0
  useEffect(() => {
    if (hasFigures && takeAwaited(id)) void navigate({ to: '/c/$connectionId/mrr', params: { connectionId: id }, replace: true })
  }, [hasFigures, id, navigate])
}

function ConnectionSync({ connection }: { connection: Connection }) {
  useTitle('Sync', connection.name)
  const query = useQuery(progressQuery(connection.id))
  const progress = query.data
  useOpenFigures(connection, progress)
  const mayManage = useMay('manage')
  const sync = useMutation({
    mutationFn: () => api.post(`${connectionPath(connection.id)}/sync`),
    onSettled: () => void query.refetch(),
  })
  return (
    <>
      <PageHead title="Sync">
        {mayManage && (
          <Button
            isDisabled={progress !== undefined && isRunning(progress.phase)}
            isPending={sync.isPending}
            onPress={() => sync.mutate()}
          >
            Sync now
          </Button>
        )}
      </PageHead>
      {connection.last_error && (
        <Banner
          action={
            !mayManage ? undefined : isKeyError(connection.last_error) ? (
              <ReplaceKeyLink connectionId={connection.id} />
            ) : (
              isDamage(connection.last_error) && <Reload connection={connection} size="small" />
            )
          }
          title={capital(connection.last_error.message)}
          tone="danger"
        >
          {adviceOf(connection.last_error, sourceOf(connection).name)} Last tried {formatInstant(connection.last_error.at, connection.time_zone)}.
          {!mayManage && ` ${ASK_ADMIN}`}
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
      {connection.is_history_complete && mayManage && <Freshness connection={connection} />}
      {progress && (
        <section aria-label="By type" className="card py-2">
          <KindTable progress={progress} />
        </section>
      )}
      <MissingData connection={connection} />
      <Problems connection={connection} />
    </>
  )
}

function Overall({ progress, connection }: { progress: Progress; connection: Connection }) {
  const { phase } = progress
  const share = shareOf(progress)
  // Deliveries are processed without a phase of their own.
  const isWaiting = phase === 'idle' && progress.message !== null
  // Idle, but the import has not begun: nothing is up to date yet.
  const isBeginning = phase === 'idle' && !connection.is_history_complete
  const percent = phase === 'idle' && !isBeginning ? 100 : share === undefined ? undefined : Math.floor(share * 100)
  return (
    <section aria-label="Progress" className="card flex flex-col gap-4 p-5">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h2 className="text-lg font-semibold">{isWaiting ? 'Waiting' : isBeginning ? 'Starting the import' : PHASE[phase]}</h2>
        {isRunning(phase) && percent !== undefined && <span className="num text-ink-soft">{formatRatio(percent / 100, { digits: 0 })}</span>}
        {/* The banner above says why it stopped. */}
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
            <Fact label="Objects per second" value={formatCount(Math.round(progress.objects_per_second))} />
            <Fact
              label="Time left"
              value={progress.seconds_left === null ? 'Estimating…' : capital(formatDuration(progress.seconds_left))}
            />
          </>
        )}
        <Fact
          label="History"
          value={
            progress.reaches_back_on
              ? `Since ${formatDay(progress.reaches_back_on)}`
              : connection.is_history_complete
                ? 'Complete'
                : '–'
          }
        />
      </dl>
      {progress.ledger_version > 0 && !connection.is_history_complete && (
        <p className="rounded-lg bg-good-soft px-4 py-3 text-sm">
          Today’s MRR is already available
          {progress.reaches_back_on && `, based on what was billed since ${formatDay(progress.reaches_back_on)}`}.{' '}
          <Link className="link font-medium" params={{ connectionId: connection.id }} to="/c/$connectionId/mrr">
            Open the MRR Breakdown
          </Link>{' '}
          while history fills in behind it. You can close this page. Loading continues, even after a restart.
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

function MissingData({ connection }: { connection: Connection }) {
  const { exact_from_on: exactFromOn } = connection
  const coarse = exactFromOn && sourceOf(connection).coarse?.(formatDay(exactFromOn))
  if (connection.absent.length === 0 && !coarse) return null
  return (
    <section aria-label="Missing data" className="card p-5">
      <h2 className="font-semibold">Missing data</h2>
      {coarse && <p className="mt-2 text-sm text-ink-soft">{coarse}</p>}
      <ul className="mt-2 divide-y divide-line text-sm">
        {connection.absent.map(({ kind, label, reason, without }) => (
          <li key={kind} className="flex flex-wrap gap-x-4 py-2">
            <span className="basis-44 font-medium">{label}</span>
            <span className="min-w-0 flex-1 basis-72 text-ink-soft">
              Without it you won’t see: {without}.{' '}
              {reason === 'forbidden'
                ? `The key isn’t allowed to read this. Set the permission to Read in ${sourceOf(connection).name}, then sync.`
                : 'This account’s API doesn’t offer it.'}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
