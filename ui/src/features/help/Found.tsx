import { Link } from '@tanstack/react-router'
import type { KeyboardEvent } from 'react'
import { useMemo } from 'react'

import { EmptyState } from '~/components/Feedback'
import { countOf } from '~/format/number'

import type { Hit } from './search'
import { partsOf, searchIn, wordsOf } from './search'
import { placeOf } from './sections'
import { allSections } from './texts'

function Marked({ text, words }: { text: string; words: readonly string[] }) {
  return partsOf(text, words).map((part) =>
    part.isFound ? (
      <mark key={part.at} className="rounded-sm bg-warn-soft text-ink">
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  )
}

interface FoundProps {
  query: string
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void
}

function FoundSection({ hit: { section, excerpt }, words, onKeyDown }: Pick<FoundProps, 'onKeyDown'> & { hit: Hit; words: readonly string[] }) {
  const { page, pageTitle, heading } = section
  return (
    <li className="flex flex-col gap-1 border-t border-line py-3 first:border-0">
      <Link
        className="link self-start"
        params={{ page }}
        to="/help/$page"
        {...(heading ? { hash: placeOf(heading) } : {})}
        onKeyDown={onKeyDown}
      >
        <Marked text={heading ? `${pageTitle} · ${heading}` : pageTitle} words={words} />
      </Link>
      <p className="text-sm text-ink-soft">
        <Marked text={excerpt} words={words} />
      </p>
    </li>
  )
}

/** The sections of all pages that have what is searched for. */
export function Found({ query, onKeyDown }: FoundProps) {
  const hits = useMemo(() => searchIn(allSections(), query), [query])
  const words = wordsOf(query)
  return (
    <>
      <p className="text-sm text-ink-soft" role="status">
        {hits.length === 0 ? 'Nothing found' : countOf(hits.length, 'result')}
      </p>
      {hits.length === 0 && <EmptyState title={`No results for “${query.trim()}”`}>Try fewer or different words.</EmptyState>}
      <ol className="mt-1">
        {hits.map((hit) => (
          <FoundSection key={`${hit.section.page}#${hit.section.heading}`} hit={hit} words={words} onKeyDown={onKeyDown} />
        ))}
      </ol>
    </>
  )
}
