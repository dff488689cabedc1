import type { Connection, Progress } from '~/api/types'
import { isDamage, isKeyError, needsKey } from '~/features/sync/failure'
import { shareOf } from '~/features/sync/share'
import { formatClock } from '~/format/date'
import { formatRatio } from '~/format/number'

export interface Status {
  tone: 'good' | 'busy' | 'warn' | 'danger'
  label: string
}

type Standing = Pick<Connection, 'state' | 'last_error' | 'is_history_complete' | 'time_zone'>

function failureOf({ state, last_error: error, time_zone }: Standing, source: string): Status | undefined {
  if (error === null) return undefined
  if (needsKey(error)) return { tone: 'danger', label: 'Needs a new key' }
  if (isKeyError(error)) return { tone: 'danger', label: 'Key not accepted' }
  if (isDamage(error)) return { tone: 'danger', label: 'Data damaged' }
  if (error.code === 'provider_unreachable') {
    return { tone: 'warn', label: `${source} unreachable since ${formatClock(error.at, time_zone)}` }
  }
  return { tone: state === 'failed' ? 'danger' : 'warn', label: state === 'failed' ? 'Import stopped' : 'Update failed' }
}

/** How current the page is, in a few words: the worst of what is known comes first. */
export function statusOf(
  connection: Standing,
  progress: Pick<Progress, 'kinds' | 'phase'> | undefined,
  { isAway, source }: { isAway: boolean; source: string },
): Status {
  if (isAway) return { tone: 'warn', label: 'Reconnecting' }
  const failure = failureOf(connection, source)
  if (failure) return failure
  // The stream says so before the connection says why.
  if (progress?.phase === 'failed') return { tone: 'danger', label: 'Stopped' }
  if (!connection.is_history_complete) {
    const share = progress && shareOf(progress)
    // All of it is only said once it is true.
    const percent = share === undefined ? '' : ` ${formatRatio(Math.min(share, 0.99), { digits: 0 })}`
    return { tone: 'busy', label: `Loading${percent}` }
  }
  return { tone: 'good', label: 'Live' }
}
