import { textOf } from './search'

/** Stands for this site: only what an address adds to it counts. */
const HERE = 'http://here.invalid'

/**
 * Only a path of this site: an address from outside must not send a person who just signed in elsewhere. Read as browsers read it:
 * they take `\` for `/`, and leave out tabs and line breaks.
 */
export function safeNext(raw: unknown): string | undefined {
  const next = textOf(raw)
  if (!next?.startsWith('/') || !URL.canParse(next, HERE)) return undefined
  const { origin, pathname } = new URL(next, HERE)
  // `/.//host` would be read as another host when it is read again.
  return origin === HERE && !pathname.startsWith('//') ? next : undefined
}
