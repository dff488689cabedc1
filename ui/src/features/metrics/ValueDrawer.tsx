import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'

import type { Query } from '~/api/client'
import { explainMetricQuery } from '~/api/queries'
import type { Currency, Day, ExplainedTerm, ExplainedValue, MetricDefinition } from '~/api/types'
import { buttonClass } from '~/components/Button'
import { EmptyState, ErrorState, SkeletonRows } from '~/components/Feedback'
import { DetailDrawer } from '~/components/Overlay'
import { filterLabel } from '~/features/controls/choices'
import { PaymentList } from '~/features/payments/PaymentList'
import { formatRange } from '~/format/date'
import { formatValue } from '~/format/value'
import { reasonLabel } from '~/view/groupLabels'
import type { FilterName } from '~/view/search'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import { isMoved } from './behind'
import { ContributionList } from './ContributionList'
import { TransactionList } from './TransactionList'
import { explainedBy } from './useCounts'

interface Props {
  view: View
  metric: MetricDefinition
  /** With native currencies, only this one is explained. */
  currency: Currency
  /** The period that was clicked; closed without any. */
  days: { from: Day; to: Day } | undefined
  /** The part of a breakdown that was clicked. */
  part?: { name: FilterName; id: string } | undefined
  /** The code with which payments were declined, where such a group of failed attempts was clicked. */
  declineCode?: string | undefined
  onClose: () => void
}

/** How a metric's value came about: the sums of its formula, and the customers, payments or balance transactions behind each. */
export function ValueDrawer(props: Props) {
  const { view, metric, days, part, declineCode, onClose } = props
  const of = [
    part && filterLabel(view.facets, part.name, part.id),
    declineCode && reasonLabel('decline_code', declineCode, view.facets),
    days && formatRange(days.from, days.to),
  ]
  return (
    <DetailDrawer
      isOpen={days !== undefined}
      subtitle={days && of.filter(Boolean).join(' · ')}
      title={metric.label}
      width="max-w-3xl"
      onClose={onClose}
    >
      {days && (declineCode ? <Declined {...props} days={days} declineCode={declineCode} /> : <Content key={days.from} {...props} days={days} />)}
    </DetailDrawer>
  )
}

interface ContentProps extends Props {
  days: { from: Day; to: Day }
}

/** No value is explained by decline code; the attempts that were declined with it can be listed. */
function Declined({ view, metric, currency, days, declineCode }: ContentProps & { declineCode: string }) {
  const query: Query = { ...explainedBy(view, metric, currency, days), type: 'failed_payment', decline_code: declineCode }
  return (
    <div className="-mx-5">
      <PaymentList query={query} view={view} />
    </div>
  )
}

function Content(props: ContentProps) {
  const { view, metric, currency, days, part } = props
  const query: Query = { ...explainedBy(view, metric, currency, days), ...(part ? { [part.name]: [part.id] } : {}) }
  const explained = useQuery(explainMetricQuery(view.connection.id, metric.id, query))
  if (explained.error && !explained.data) return <ErrorState error={explained.error} onRetry={() => void explained.refetch()} />
  if (!explained.data) return <SkeletonRows rows={10} />
  return <Explained {...props} explained={explained.data} query={query} />
}

/** What a part of a value is chosen to be opened to, in the address of nothing: the drawer is one. */
function Explained({ explained, query, ...props }: ContentProps & { explained: ExplainedValue; query: Query }) {
  const { view, metric, currency } = props
  const [chosen, choose] = useState<string>()
  const series = explained.series.find((one) => one.currency === currency)
  if (!series) return <EmptyState title="Nothing in this period">This period has nothing that counts toward this metric.</EmptyState>
  const { parts } = series
  const open = parts.find(({ id }) => id === chosen) ?? parts[0]
  return (
    <div className="flex flex-col gap-4">
      <div>
        <p className="num text-3xl font-semibold tracking-tight">{formatValue(series.value, explained.unit, currency)}</p>
        <p className="max-w-prose text-sm text-ink-soft">{explained.formula}.</p>
      </div>
      {parts.length > 1 && <Parts choose={choose} currency={currency} open={open} parts={parts} />}
      {isMoved(metric) && <FullList {...props} />}
      {open && <Behind {...{ view, metric, currency, query }} part={open} />}
    </div>
  )
}

interface PartsProps {
  parts: readonly ExplainedTerm[]
  open: ExplainedTerm | undefined
  currency: Currency
  choose: (id: string) => void
}

function Parts({ parts, open, currency, choose }: PartsProps) {
  return (
    <ul aria-label="What it is made of" className="divide-y divide-line rounded-lg border border-line">
      {parts.map((part) => (
        <li key={part.id}>
          <button
            aria-pressed={part === open}
            className="flex min-h-11 w-full items-center gap-3 px-3 py-2 text-left text-sm hover:bg-hover aria-pressed:bg-accent-soft aria-pressed:font-medium"
            type="button"
            onClick={() => choose(part.id)}
          >
            <span className="min-w-0 flex-1">{part.label}</span>
            <span className="num whitespace-nowrap">{formatValue(part.value, part.unit, currency)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

interface BehindProps {
  view: View
  metric: MetricDefinition
  currency: Currency
  part: ExplainedTerm
  query: Query
}

/** What adds up to a part. */
function Behind({ view, metric, currency, part, query }: BehindProps) {
  const params = { connectionId: view.connection.id }
  switch (part.rows) {
    case 'customers':
      return <ContributionList {...{ view, metric, currency, query }} part={part} />
    case 'payments':
      return (
        <div className="-mx-5">
          <PaymentList query={{ ...query, type: part.payment_types.join(',') }} view={view} />
        </div>
      )
    case 'balance_transactions':
      return <TransactionList metric={metric} query={query} view={view} />
    case 'metric':
      return (
        <p className="text-sm">
          <Link className="link" params={{ ...params, metricId: part.id }} search={keptSearch} to="/c/$connectionId/metrics/$metricId">
            Open that metric
          </Link>{' '}
          for each of the three months.
        </p>
      )
  }
}

function FullList({ view, days }: ContentProps) {
  return (
    <div>
      <Link
        className={buttonClass('secondary', 'small')}
        params={{ connectionId: view.connection.id }}
        search={(before) => compact({ ...keptSearch(before), range: 'custom' as const, ...days })}
        to="/c/$connectionId/movements"
      >
        Every movement of this period
      </Link>
    </div>
  )
}
