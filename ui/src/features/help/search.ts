import type { Section } from './sections'

export interface Hit {
  section: Section
  /** The text around the first word that was found. */
  excerpt: string
}

/** More than this nobody reads: another word finds it faster. */
const HITS_AT_MOST = 20

const EXCERPT_LENGTH = 180

export const wordsOf = (query: string): string[] => query.toLowerCase().split(/\s+/).filter(Boolean)

const TITLE = 12
const HEADING = 6
const TEXT = 1
/** For a word that begins where the searched one does: `arr` is in `ARR` rather than in `carry`. */
const WHOLE = 2

/** How well one word fits a text: not at all, within a word, or as the beginning of one. */
function fit(text: string, word: string): number {
  const at = text.toLowerCase()
  if (!at.includes(word)) return 0
  return at.split(/[^\p{L}\p{N}]+/u).some((one) => one.startsWith(word)) ? WHOLE : 1
}

/** How well a section fits; 0 where one of the words is not in it at all. */
function rank({ pageTitle, heading, text }: Section, words: readonly string[]): number {
  const ranks = words.map((word) => fit(pageTitle, word) * TITLE + fit(heading, word) * HEADING + fit(text, word) * TEXT)
  if (ranks.includes(0)) return 0
  const sum = ranks.reduce((total, one) => total + one, 0)
  // A page whose name is what was searched for comes before all that mention it.
  return pageTitle.toLowerCase() === words.join(' ') && heading === '' ? sum * 2 : sum
}

/** Some of the text, whole words, with the first word that was found in it. */
export function excerptOf(text: string, words: readonly string[]): string {
  const lower = text.toLowerCase()
  const found = words.map((word) => lower.indexOf(word)).filter((at) => at >= 0)
  const first = Math.max(0, Math.min(...found, text.length) - EXCERPT_LENGTH / 3)
  const start = found.length === 0 || first === 0 ? 0 : text.indexOf(' ', first) + 1
  if (text.length - start <= EXCERPT_LENGTH) return (start > 0 ? '… ' : '') + text.slice(start)
  return `${start > 0 ? '… ' : ''}${text.slice(start, text.lastIndexOf(' ', start + EXCERPT_LENGTH))} …`
}

/** The sections that have all words of a query, the best first. */
export function searchIn(sections: readonly Section[], query: string): Hit[] {
  const words = wordsOf(query)
  if (words.length === 0) return []
  return sections
    .map((section) => ({ section, fits: rank(section, words) }))
    .filter(({ fits }) => fits > 0)
    .toSorted((one, other) => other.fits - one.fits)
    .slice(0, HITS_AT_MOST)
    .map(({ section }) => ({ section, excerpt: excerptOf(section.text, words) }))
}

export interface Part {
  /** Where it begins in the whole text. */
  at: number
  text: string
  isFound: boolean
}

/** A text in parts, those that were searched for apart from the others. */
export function partsOf(text: string, words: readonly string[]): Part[] {
  const escaped = words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  const pieces = words.length === 0 ? [text] : text.split(new RegExp(`(${escaped.join('|')})`, 'iu'))
  let at = 0
  return pieces.flatMap((piece, index) => {
    const part = { at, text: piece, isFound: index % 2 === 1 }
    at += piece.length
    return piece === '' ? [] : [part]
  })
}
