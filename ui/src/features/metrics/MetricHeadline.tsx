import { Link } from '@tanstack/react-router'

import type { MetricDefinition } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { helpPageOf } from '~/charts/Definition'
import { Button, buttonClass } from '~/components/Button'
import { Change } from '~/components/Change'
import { Skeleton } from '~/components/Feedback'
import { formatValue } from '~/format/value'
import { againstName, figureDays, ofName } from '~/view/figure'
import { compact } from '~/view/search'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import { behindOf } from './behind'
import type { OpenPeriodFn } from './MetricCharts'
import { reasonUnknown } from './unknown'
import type { useFigures } from './useFigures'

export type Whole = ReturnType<typeof useFigures>

interface HeadlineProps {
  view: View
  metric: MetricDefinition
  whole: Whole
}

interface BehindProps extends Omit<HeadlineProps, 'whole'> {
  open: OpenPeriodFn
}

/** A metric's name and definition, its figure, and how that has changed. */
export function MetricHeadline({ view, metric, whole, open }: HeadlineProps & BehindProps) {
  const { connection, period } = view
  const [figure] = whole.figures
  const currency = whole.currency ?? 'usd'
  const { unit, measure } = metric
  const reason = whole.isLoading || whole.error ? undefined : reasonUnknown(whole.foreign, figure?.value, { metric, isAbsent: whole.isAbsent })
  return (
    <section aria-label={metric.label} className="flex flex-wrap items-end gap-x-8 gap-y-4">
      <div className="flex min-w-0 flex-1 basis-80 flex-col gap-1">
        {!IS_SHARED && (
          <Link
            className="link self-start text-sm"
            params={{ connectionId: connection.id }}
            search={keptSearch}
            to="/c/$connectionId/metrics"
          >
            All metrics
          </Link>
        )}
        <h1 className="text-2xl font-semibold tracking-tight">{metric.label}</h1>
        <p className="max-w-2xl text-sm text-ink-soft">
          {metric.formula}.{' '}
          <Link className="link" params={{ page: helpPageOf(metric.docs_url) }} target="_blank" to="/help/$page">
            Full definition
          </Link>
        </p>
        <p className="mt-2 text-sm font-medium text-ink-soft">{ofName(measure, period)}</p>
        {whole.isLoading ? (
          <Skeleton className="h-12 w-56" />
        ) : (
          <p
            className={`num text-[clamp(2rem,6vw,3.25rem)] leading-tight font-semibold tracking-tight ${figure?.value == null ? 'text-ink-faint' : ''}`}
          >
            {formatValue(figure?.value, unit, currency)}
          </p>
        )}
        <p className="flex min-h-6 flex-wrap items-baseline gap-x-3 gap-y-1 text-[0.9375rem]">
          {figure?.change && <Versus {...{ view, metric, whole }} />}
          {reason && <span className="text-ink-soft">{reason}</span>}
          {figure?.isOtherWhole && (
            <span className="text-sm text-ink-soft">
              Not compared with {againstName(measure, period)}: exchange rates are missing for one of the two.
            </span>
          )}
        </p>
      </div>
      {!IS_SHARED && <BehindLink metric={metric} open={open} view={view} />}
    </section>
  )
}

function Versus({ view, metric, whole }: HeadlineProps) {
  const [figure] = whole.figures
  const currency = whole.currency ?? 'usd'
  if (!figure?.change) return null
  return (
    <>
      <Change className="font-semibold" change={figure.change} currency={currency} isAmount metric={metric} />
      {figure.change.ratio !== null && <Change className="font-semibold" change={figure.change} currency={currency} metric={metric} />}
      <span className="text-ink-soft">
        vs. {againstName(metric.measure, view.period)} (
        <span className="num">{formatValue(figure.before, metric.unit, currency)}</span>)
      </span>
    </>
  )
}

/** The list of the customers or payments that make the figure. */
function BehindLink({ view, metric, open }: BehindProps) {
  const behind = behindOf(metric)
  const { start, end } = figureDays(metric.measure, view.period)
  if (behind.list === 'value') {
    return (
      <Button size="small" onPress={() => open({ start_on: start, end_on: end }, '')}>
        {behind.name}
      </Button>
    )
  }
  const params = { connectionId: view.connection.id }
  const look = buttonClass('secondary', 'small')
  if (behind.list === 'customers') {
    return (
      <Link
        className={look}
        params={params}
        search={(before) => ({ ...keptSearch(before), state: 'active' as const })}
        to="/c/$connectionId/customers"
      >
        Customers behind it
      </Link>
    )
  }
  return (
    <Link
      className={look}
      params={params}
      search={(before) =>
        compact({
          ...keptSearch(before),
          range: 'custom' as const,
          from: start,
          to: end,
          type: behind.types.length > 0 ? behind.types : undefined,
        })
      }
      to="/c/$connectionId/movements"
    >
      Customers behind it
    </Link>
  )
}
