import { useMemo } from 'react'
import type { ReactNode } from 'react'

import type { Currency, MetricDefinition } from '~/api/types'
import { Definition } from '~/charts/Definition'
import { Skeleton } from '~/components/Feedback'
import { useFigures } from '~/features/metrics/useFigures'
import { formatRatio } from '~/format/number'
import { formatValue } from '~/format/value'
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
}

/** What may be lost, or won, before long. */
export function AtRisk({ view, currency, days, ahead }: Props) {
  const today = useMemo(() => overRange(view, 'today'), [view])
  const mrr = days.daily.get('mrr')?.get(view.today)
  const money = (minor: number | undefined) => formatValue(minor, 'money', currency)
  const { metrics } = days
  return (
    <section aria-label="At risk" className="card min-w-0 px-4 py-4 sm:px-5">
      <h2 className="font-semibold">At risk</h2>
      <ul className="divide-y divide-line">
        <Now metric={metrics.get('at_risk_mrr')} mrr={mrr} note="MRR of subscriptions whose payment has failed" view={today} />
        <Entry
          definition="scheduled_churn"
          name={<MetricLink id="scheduled_churn" label="Set to cancel" view={view} />}
          note={`${money(ahead.week)} within 7 days, ${money(ahead.quarter)} within 90 days`}
          value={money(ahead.month)}
          valueNote="in 30 days"
        />
        <Now metric={metrics.get('trial_mrr')} mrr={undefined} note="MRR if all running trials convert" view={today} />
      </ul>
    </section>
  )
}

/** A level of now. */
function Now({ metric, ...rest }: { metric: MetricDefinition | undefined; mrr: number | undefined; note: string; view: View }) {
  return metric ? <Known metric={metric} {...rest} /> : null
}

function Known({ metric, mrr, note, view }: { metric: MetricDefinition; mrr: number | undefined; note: string; view: View }) {
  const { figures, currency = 'usd', isLoading } = useFigures(view, metric)
  const value = figures[0]?.value
  return (
    <Entry
      definition={metric.id}
      isLoading={isLoading}
      name={<MetricLink id={metric.id} label={metric.label} view={view} />}
      note={note}
      value={formatValue(value, metric.unit, currency)}
      valueNote={mrr && value ? `${formatRatio(value / mrr)} of MRR` : undefined}
    />
  )
}

interface EntryProps {
  name: ReactNode
  definition: string
  value: string
  valueNote?: string | undefined
  note: string
  isLoading?: boolean
}

function Entry({ name, definition, value, valueNote, note, isLoading = false }: EntryProps) {
  return (
    <li className="flex items-start gap-3 py-3">
      <div className="min-w-0 flex-1 text-sm">
        <p className="flex items-center gap-0.5 font-medium">
          {name}
          <Definition metric={definition} />
        </p>
        <p className="text-xs text-ink-soft">{note}</p>
      </div>
      <div className="text-right">
        {isLoading ? <Skeleton className="my-1 h-5 w-20" /> : <p className="num text-lg font-semibold tracking-tight">{value}</p>}
        {valueNote && <p className="num text-xs text-ink-soft">{valueNote}</p>}
      </div>
    </li>
  )
}
