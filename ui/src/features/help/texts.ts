import type { Section } from './sections'
import { sectionsOf } from './sections'

/** The definitions from the repository, whose examples its tests run: the help is never older than the figures. */
const METRICS = import.meta.glob<string>('../../../../docs/metrics/*.md', { query: '?raw', import: 'default', eager: true })
/** About accounts, teams and signing in. */
const ACCOUNTS = import.meta.glob<string>('../../../../docs/accounts/*.md', { query: '?raw', import: 'default', eager: true })

/** Each folder has a list of its pages; those of metrics came first and keep the name of the file. */
export const ACCOUNTS_HOME = 'accounts'
export const METRICS_HOME = 'README'

function pagesOf(files: Record<string, string>, home: string): [page: string, text: string][] {
  return Object.entries(files).map(([path, text]) => [path.replace(/^.*\/(.*)\.md$/, '$1').replace(METRICS_HOME, home), text])
}

const accountPages = new Map(pagesOf(ACCOUNTS, ACCOUNTS_HOME))

export const isAboutAccounts = (page: string) => accountPages.has(page)

/** All pages by their names. They are loaded together, with the first of them: searched through, they are needed together. */
export const TEXTS: ReadonlyMap<string, string> = new Map([...pagesOf(METRICS, METRICS_HOME), ...accountPages])

let sections: readonly Section[] | undefined

/** What is searched through, made of the pages when somebody first searches. */
export function allSections(): readonly Section[] {
  sections ??= [...TEXTS].flatMap(([page, text]) => sectionsOf(page, text))
  return sections
}
