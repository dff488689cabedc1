import { useQuery } from '@tanstack/react-query'
import { Link, getRouteApi } from '@tanstack/react-router'

import { EmptyState, ErrorState, SkeletonRows } from '~/components/Feedback'
import { useTitle } from '~/view/useTitle'

import { Markdown } from './markdown'

const route = getRouteApi('/app/help/$page')

/** The definitions from the repository, whose examples its tests run: the help is never older than the figures. */
const PAGES = import.meta.glob<string>('../../../../docs/metrics/*.md', { query: '?raw', import: 'default' })

const loaderOf = (page: string) => PAGES[`../../../../docs/metrics/${page}.md`]

export function HelpPage() {
  const { page } = route.useParams()
  const load = loaderOf(page)
  const text = useQuery({
    queryKey: ['help', page],
    enabled: load !== undefined,
    staleTime: Infinity,
    queryFn: () => load?.() ?? '',
  })
  useTitle('Metric definitions')
  if (!load) return <EmptyState title="Help page not found" />
  return (
    <article className="card mx-auto w-full max-w-3xl p-5 sm:p-8">
      {page !== 'README' && (
        <Link className="link mb-4 inline-block text-sm" params={{ page: 'README' }} to="/help/$page">
          All definitions
        </Link>
      )}
      {text.error && <ErrorState error={text.error} onRetry={() => void text.refetch()} />}
      {text.isPending && <SkeletonRows rows={10} />}
      {text.data && <Markdown text={text.data} />}
    </article>
  )
}
