import type { Connection } from '~/api/types'
import { capital } from '~/format/names'

type Failure = NonNullable<Connection['last_error']>

/** Only another key, or more permissions for this one, can help. */
export const isKeyError = ({ code }: Failure) => /^(key|permission)/.test(code)

/** Only a reload can help. */
export const isDamage = ({ code }: Failure) => code === 'data_damaged'

/** What to do, and what is safe. `source` is where the data comes from. */
export function adviceOf(error: Failure, source: string): string {
  const stays = isDamage(error)
    ? `${source} still has all of it.`
    : isKeyError(error)
      ? 'All imported data stays.'
      : error.action.includes('by itself')
        ? 'All imported data stays.'
        : 'All imported data stays, and Chartsy keeps trying.'
  return error.action ? `${capital(error.action).replace(/[.]$/, '')}. ${stays}` : stays
}
