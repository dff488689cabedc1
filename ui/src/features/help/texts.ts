import type { Section } from './sections'
import { sectionsOf } from './sections'

/** The definitions from the repository, whose examples its tests run: the help is never older than the figures. */
const FILES = import.meta.glob<string>('../../../../docs/metrics/*.md', { query: '?raw', import: 'default', eager: true })

/** All pages by their names. They are loaded together, with the first of them: searched through, they are needed together. */
export const TEXTS: ReadonlyMap<string, string> = new Map(
  Object.entries(FILES).map(([path, text]) => [path.replace(/^.*\/(.*)\.md$/, '$1'), text]),
)

let sections: readonly Section[] | undefined

/** What is searched through, made of the pages when somebody first searches. */
export function allSections(): readonly Section[] {
  sections ??= [...TEXTS].flatMap(([page, text]) => sectionsOf(page, text))
  return sections
}
