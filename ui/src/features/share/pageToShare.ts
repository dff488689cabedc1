/** The pages that show figures and no customers, as the server names them. */
const PAGES: ReadonlySet<string> = new Set([
  'overview',
  'mrr',
  'plans',
  'churn',
  'retention',
  'trials',
  'revenue',
  'payments',
  'geography',
])

/** What the server calls the page of an address, if it can be shared by a link. */
export function pageToShare(pathname: string): string | undefined {
  const page = pathname.split('/').slice(3).join('/')
  return PAGES.has(page) || /^metrics\/[a-z_]+$/.test(page) ? page : undefined
}
