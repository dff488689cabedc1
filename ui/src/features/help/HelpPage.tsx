import { Link, getRouteApi } from '@tanstack/react-router'
import type { KeyboardEvent } from 'react'
import { useEffect, useState } from 'react'

import { EmptyState } from '~/components/Feedback'
import { SearchField } from '~/components/Field'
import { useStartTour } from '~/features/tour/useStartTour'
import { compact } from '~/view/search'
import { useTitle } from '~/view/useTitle'

import { Found } from './Found'
import { Markdown } from './markdown'
import { ACCOUNTS_HOME, METRICS_HOME, TEXTS, isAboutAccounts } from './texts'

const route = getRouteApi('/help/help/$page')

/** What is searched for is in the address: a search can be shared, and is still there after a page that it found. */
function useQueryText() {
  const { q = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const [text, setText] = useState(q)
  useEffect(() => setText(q), [q])
  const type = (next: string) => {
    setText(next)
    void navigate({ search: compact({ q: next || undefined }), replace: true, resetScroll: false })
  }
  return { q, text, type }
}

/** The arrow keys move from the field through what was found, and back. */
function move(event: KeyboardEvent<HTMLElement>) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  const stops = [...(event.currentTarget.closest('[role=search]')?.querySelectorAll<HTMLElement>('input, a') ?? [])]
  const next = stops[stops.findIndex((stop) => stop === document.activeElement) + step]
  if (!next) return
  event.preventDefault()
  next.focus()
}

export function HelpPage() {
  const { page } = route.useParams()
  const { q, text, type } = useQueryText()
  useTitle(isAboutAccounts(page) ? 'Help with accounts' : 'Metric definitions')
  return (
    <article className="card mx-auto w-full max-w-3xl p-5 sm:p-8">
      <div className="mb-5 flex flex-col gap-4" role="search">
        <SearchField label="Search help" value={text} onChange={type} onKeyDown={move} />
        {q.trim() !== '' && <Found query={q} onKeyDown={move} />}
      </div>
      {q.trim() === '' && <Page page={page} />}
    </article>
  )
}

const HOMES = [
  { home: METRICS_HOME, label: 'All definitions' },
  { home: ACCOUNTS_HOME, label: 'Accounts and teams' },
]

function Page({ page }: { page: string }) {
  const tour = useStartTour()
  const markdown = TEXTS.get(page)
  if (markdown === undefined) return <EmptyState title="Help page not found" />
  return (
    <>
      <nav aria-label="Help" className="mb-4 flex flex-wrap gap-x-4 gap-y-1 text-sm">
        {HOMES.filter(({ home }) => home !== page).map(({ home, label }) => (
          <Link key={home} className="link" params={{ page: home }} to="/help/$page">
            {label}
          </Link>
        ))}
        {tour && (
          <button className="link" type="button" onClick={tour}>
            Take the tour
          </button>
        )}
      </nav>
      <Markdown text={markdown} />
    </>
  )
}
