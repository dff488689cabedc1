import type { Connection } from '~/api/types'
import { capital } from '~/format/names'

type Failure = NonNullable<Connection['last_error']>

/** Only another key, or more permissions for this one, can help. */
export const isKeyError = ({ code }: Failure) => /^(key|permission)/.test(code)

/** There is no key any more, or it can't be decrypted. */
export const needsKey = ({ code }: Failure) => code === 'key_missing' || code === 'key_sealed'

/** Only a reload can help. */
export const isDamage = ({ code }: Failure) => code === 'data_damaged'

/** What to do, and what is safe. `source` is where the data comes from. */
export function adviceOf(error: Failure, source: string): string {
  if (isDamage(error)) return told(error, `${source} still has all of it.`)
  // With advice it says what happens next; without, it is only being tried again.
  const stays = isKeyError(error) || error.action ? 'All imported data stays.' : 'All imported data stays, and Chartsy keeps trying.'
  return told(error, stays)
}

function told({ action }: Failure, stays: string): string {
  return action ? `${capital(action).replace(/[.]$/, '')}. ${stays}` : stays
}
