import { describe, expect, it } from 'vitest'

import { excerptOf, partsOf, searchIn } from './search'
import { placeOf, sectionsOf } from './sections'
import { TEXTS, allSections } from './texts'

const ARR = `# ARR

Annual run rate: [MRR](mrr.md) times **twelve**.

## Formula

ARR = MRR × 12.

\`\`\`metric
customer cus_a
\`\`\`

## Edges

- *Partial periods*: the value at the end.
- Nothing else.
`

describe('the sections of a page', () => {
  it('are what stands below its title and below each heading, without marks', () => {
    expect(sectionsOf('arr', ARR)).toEqual([
      { page: 'arr', pageTitle: 'ARR', heading: '', text: 'Annual run rate: MRR times twelve.' },
      { page: 'arr', pageTitle: 'ARR', heading: 'Formula', text: 'ARR = MRR × 12. customer cus_a' },
      { page: 'arr', pageTitle: 'ARR', heading: 'Edges', text: 'Partial periods: the value at the end. Nothing else.' },
    ])
  })

  it('have places that the pages themselves link to', () => {
    for (const [page, text] of TEXTS) {
      for (const [, place = ''] of text.matchAll(/\]\(#([^)]+)\)/g)) {
        const places = sectionsOf(page, text).map(({ heading }) => placeOf(heading))
        expect(places, page).toContain(place)
      }
    }
  })
})

describe('a search', () => {
  const pagesOf = (query: string) => searchIn(allSections(), query).map(({ section }) => section.page)

  it('finds a page by its name first', () => {
    expect(pagesOf('ARR')[0]).toBe('arr')
    expect(pagesOf('mrr')[0]).toBe('mrr')
    expect(pagesOf('net revenue retention')[0]).toBe('net-revenue-retention')
  })

  it('finds what is only said in the text, with all of its words', () => {
    const hits = searchIn(allSections(), 'reporting currency rounded')
    expect(hits.length).toBeGreaterThan(0)
    for (const { section } of hits) {
      const all = `${section.pageTitle} ${section.heading} ${section.text}`.toLowerCase()
      for (const word of ['reporting', 'currency', 'rounded']) expect(all).toContain(word)
    }
  })

  it('finds nothing for nothing, and for what nobody wrote', () => {
    expect(searchIn(allSections(), '  ')).toEqual([])
    expect(searchIn(allSections(), 'zebra')).toEqual([])
  })

  it('takes signs as they are', () => {
    expect(() => searchIn(allSections(), '( [ .* \\')).not.toThrow()
    expect(partsOf('a (b) c', ['(b'])).toEqual([
      { at: 0, text: 'a ', isFound: false },
      { at: 2, text: '(b', isFound: true },
      { at: 4, text: ') c', isFound: false },
    ])
  })
})

describe('an excerpt', () => {
  const long = `${'one two three '.repeat(30)}needle ${'four five six '.repeat(30)}`.trim()

  it('is whole words around what was found', () => {
    const excerpt = excerptOf(long, ['needle'])
    expect(excerpt).toMatch(/^… (one|two|three) .*needle.* (four|five|six) …$/)
    expect(excerpt.length).toBeLessThan(200)
  })

  it('is the beginning where only the name was found, and all of a short text', () => {
    expect(excerptOf(long, ['arr'])).toMatch(/^one two .* …$/)
    expect(excerptOf('one two', ['two'])).toBe('one two')
  })
})
