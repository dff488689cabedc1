/** Which workspace this browser tab is in. The server is told with every request; the address of a page does not say it. */
const KEY = 'chartsy.workspace'

/** Tests and some private windows have no storage: then the server's own choice is kept for as long as the page is open. */
const stores = () => [globalThis.sessionStorage, globalThis.localStorage].filter((store) => store !== undefined)

let current: string | null | undefined

/** The tab's own choice; in a new tab, the last one that was made in this browser. */
export function currentWorkspace(): string | null {
  if (current === undefined) {
    current = null
    for (const store of stores()) current ??= store.getItem(KEY)
  }
  return current
}

export function chooseWorkspace(id: string) {
  if (id === current) return
  current = id
  for (const store of stores()) store.setItem(KEY, id)
}

/** Another tab may be in another workspace, which stays. */
export function forgetWorkspace() {
  const gone = currentWorkspace()
  current = null
  for (const store of stores()) if (store.getItem(KEY) === gone) store.removeItem(KEY)
}
