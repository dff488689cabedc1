import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import { upcomingQuery } from '~/api/queries'
import type { Currency, MetricDefinition, UpcomingKind } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { Definition, DefinitionButton } from '~/charts/Definition'
import { Skeleton } from '~/components/Feedback'
import { reasonUnknown } from '~/features/metrics/unknown'
import { useFigures } from '~/features/metrics/useFigures'
import type { DayRange } from '~/features/upcoming/useUpcoming'
import { daysAhead, upcomingOf } from '~/features/upcoming/useUpcoming'
import { countOf, formatRatio } from '~/format/number'
import { formatValue } from '~/format/value'
import { worthText } from '~/format/worth'
import { shownCurrency } from '~/view/currency'
import { isKnown } from '~/view/known'
import type { View } from '~/view/useView'
import { overRange } from '~/view/useView'

import { MetricLink } from './MetricLink'
import type { Ahead } from './useAhead'
import type { Days } from './useDays'

interface Props {
  view: View
  currency: Currency
  days: Days
  ahead: Ahead
  /** Opens what is ahead, one by one. */
  onOpen: (what: UpcomingKind, days: DayRange) => void
}

const DAYS_OF_ENDS = 30
const DAYS_OF_TRIALS = 7
const DAYS_OF_RENEWALS = 7

const RENEWALS = 'Upcoming renewals by date, each with its MRR.'

/** What may be lost, or won, before long. */
export function AtRisk({ view, currency, days, ahead, onOpen }: Props) {
  const today = useMemo(() => overRange(view, 'today'), [view])
  const mrr = days.daily.get('mrr')?.get(view.today)
  const money = (minor: number | undefined) => formatValue(minor, 'money', currency)
  const { metrics } = days
  return (
    <section aria-label="At risk and ahead" className="card min-w-0 px-4 py-4 sm:px-5">
      <h2 className="font-semibold">At risk and ahead</h2>
      <ul className="divide-y divide-line">
        <Now metric={metrics.get('at_risk_mrr')} mrr={mrr} note="MRR of subscriptions whose payment has failed" view={today} />
        <Entry
          definition={<Definition metric="scheduled_churn" />}
          name={<MetricLink id="scheduled_churn" label="Set to cancel" view={view} />}
          note={`${money(ahead.week)} within 7 days, ${money(ahead.quarter)} within 90 days`}
          value={money(ahead.month)}
          valueNote="in 30 days"
        >
          {!IS_SHARED && <Count days={DAYS_OF_ENDS} view={view} what="end" onOpen={onOpen} />}
        </Entry>
        <Now metric={metrics.get('trial_mrr')} mrr={undefined} note="MRR if all running trials convert" view={today}>
          {!IS_SHARED && <Count days={DAYS_OF_TRIALS} view={view} what="trial_end" onOpen={onOpen} />}
        </Now>
        {!IS_SHARED && <Renewals view={view} onOpen={onOpen} />}
      </ul>
    </section>
  )
}

interface NowProps {
  mrr: number | undefined
  note: string
  view: View
  children?: ReactNode
}

/** A level of now. */
function Now({ metric, ...rest }: NowProps & { metric: MetricDefinition | undefined }) {
  return metric ? <Known metric={metric} {...rest} /> : null
}

function Known({ metric, mrr, note, view, children }: NowProps & { metric: MetricDefinition }) {
  const { figures, currency = 'usd', isLoading, foreign, isAbsent } = useFigures(view, metric)
  const value = figures[0]?.value
  const unknown = isLoading ? undefined : reasonUnknown(foreign, value, { metric, isAbsent })
  return (
    <Entry
      definition={<Definition metric={metric.id} />}
      isLoading={isLoading}
      name={<MetricLink id={metric.id} label={metric.label} view={view} />}
      note={note}
      value={formatValue(value, metric.unit, currency)}
      valueNote={mrr && value ? `${formatRatio(value / mrr)} of MRR` : unknown}
    >
      {children}
    </Entry>
  )
}

/** What is billed again before long. */
function Renewals({ view, onOpen }: Pick<Props, 'view' | 'onOpen'>) {
  const days = daysAhead(view, DAYS_OF_RENEWALS)
  const query = useInfiniteQuery(upcomingQuery(view.connection.id, { ...upcomingOf(view, 'renewal', days), limit: 1 }))
  const [page] = query.data?.pages ?? []
  const isUnknown = page === undefined || (page.total === 0 && !isKnown(view.connection))
  return (
    <Entry
      definition={<DefinitionButton formula={RENEWALS} label="Renewals" page="upcoming" />}
      isLoading={isUnknown && query.error === null}
      name="Renewals"
      note="MRR of subscriptions about to renew"
      value={isUnknown ? '–' : worthText(page, view.currency) || formatValue(0, 'money', shownCurrency(view) ?? 'usd')}
      valueNote={`in ${DAYS_OF_RENEWALS} days`}
    >
      <Count days={DAYS_OF_RENEWALS} view={view} what="renewal" onOpen={onOpen} />
    </Entry>
  )
}

interface CountProps extends Pick<Props, 'view' | 'onOpen'> {
  what: UpcomingKind
  days: number
}

const ENDS: Record<UpcomingKind, [one: string, many: string]> = {
  trial_end: ['trial ends', 'trials end'],
  end: ['subscription ends', 'subscriptions end'],
  renewal: ['subscription renews', 'subscriptions renew'],
}

/** How many there are, which opens them. Nothing where there are none. */
function Count({ view, what, days, onOpen }: CountProps) {
  const range = daysAhead(view, days)
  const query = useInfiniteQuery(upcomingQuery(view.connection.id, { ...upcomingOf(view, what, range), limit: 1 }))
  const [page] = query.data?.pages ?? []
  if (page === undefined || page.total === 0) return null
  const [one, many] = ENDS[what]
  return (
    <button className="link num mt-0.5 text-left text-xs" type="button" onClick={() => onOpen(what, range)}>
      {countOf(page.total, one, many)} within {days} days: {worthText(page, view.currency)} MRR
    </button>
  )
}

interface EntryProps {
  name: ReactNode
  definition: ReactNode
  value: string
  valueNote?: string | undefined
  note: string
  isLoading?: boolean
  children?: ReactNode
}

function Entry({ name, definition, value, valueNote, note, isLoading = false, children }: EntryProps) {
  return (
    <li className="flex items-start gap-3 py-3">
      <div className="min-w-0 flex-1 text-sm">
        <p className="flex items-center gap-0.5 font-medium">
          {name}
          {definition}
        </p>
        <p className="text-xs text-ink-soft">{note}</p>
        {children}
      </div>
      <div className="text-right">
        {isLoading ? <Skeleton className="my-1 h-5 w-20" /> : <p className="num text-lg font-semibold tracking-tight">{value}</p>}
        {valueNote && <p className="num text-xs text-ink-soft">{valueNote}</p>}
      </div>
    </li>
  )
}
