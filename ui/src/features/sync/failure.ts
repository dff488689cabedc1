import type { Connection } from '~/api/types'
import { capital } from '~/format/names'

type Failure = NonNullable<Connection['last_error']>

/** Only another key, or more permissions for this one, can help. */
export const isKeyError = ({ code }: Failure) => /^(key|permission)/.test(code)

/** What to do, and what nobody needs to fear. */
export function adviceOf(error: Failure): string {
  const stays = isKeyError(error) ? 'Everything loaded so far stays.' : 'Everything loaded so far stays; it is tried again by itself.'
  return error.action ? `${capital(error.action).replace(/[.]$/, '')}. ${stays}` : stays
}
