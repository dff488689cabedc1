const BROWSERS: readonly [name: string, mark: RegExp][] = [
  // Each of these also calls itself one of those below it.
  ['Edge', /\bEdgA?(?:iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Headless)?(?:Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
]

const SYSTEMS: readonly [name: string, mark: RegExp][] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
]

const first = (list: typeof BROWSERS, agent: string) => list.find(([, mark]) => mark.test(agent))?.[0]

/** `Firefox on Windows`: as much of what a browser says of itself as tells one's own browsers apart. */
export function agentName(agent: string | null): string {
  const [browser, system] = [first(BROWSERS, agent ?? ''), first(SYSTEMS, agent ?? '')]
  if (browser === undefined) return system === undefined ? 'Unknown browser' : `A browser on ${system}`
  return system === undefined ? browser : `${browser} on ${system}`
}
