const KEY = 'chartsy.connection'

/** The connection that this browser looked at last: where the start page leads. */
export function lastConnection(): string | null {
  return localStorage.getItem(KEY)
}

export function rememberConnection(id: string) {
  localStorage.setItem(KEY, id)
}
