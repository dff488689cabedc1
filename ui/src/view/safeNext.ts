import { textOf } from './search'

/** Only a path of this site: an address from outside must not send a person who just signed in elsewhere. */
export function safeNext(raw: unknown): string | undefined {
  const next = textOf(raw)
  return next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\') ? next : undefined
}
