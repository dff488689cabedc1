import type { Connection } from '~/api/types'
import { capital } from '~/format/names'

type Failure = NonNullable<Connection['last_error']>

/** Only another key, or more permissions for this one, can help. */
export const isKeyError = ({ code }: Failure) => /^(key|permission)/.test(code)

/** Only loading again can help. */
export const isDamage = ({ code }: Failure) => code === 'data_damaged'

/** What to do, and what nobody needs to fear. */
export function adviceOf(error: Failure): string {
  const stays = isDamage(error)
    ? 'Stripe still has all of it.'
    : isKeyError(error)
      ? 'Everything loaded so far stays.'
      : error.action.includes('by itself')
        ? 'Everything loaded so far stays.'
        : 'Everything loaded so far stays; it is tried again by itself.'
  return error.action ? `${capital(error.action).replace(/[.]$/, '')}. ${stays}` : stays
}
