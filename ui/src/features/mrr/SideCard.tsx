import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { summaryQuery } from '~/api/queries'
import type { Currency } from '~/api/types'
import { Definition } from '~/charts/Definition'
import { ErrorState, Skeleton } from '~/components/Feedback'
import { Money } from '~/components/Figures'
import { lastOfMonth } from '~/format/date'
import { formatCount, formatRatio } from '~/format/number'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import type { OpenMarkFn } from './pointColumns'
import { isComparable, isKnown } from './standing'
import { scopeOf } from './useMrrData'

function Fact({ label, metric, children }: { label: string; metric: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-3 py-2">
      <dt className="flex items-center text-sm text-ink-soft">
        {label}
        <Definition metric={metric} />
      </dt>
      <dd className="num text-right font-semibold">{children}</dd>
    </div>
  )
}

/** The figures beside the charts: what a customer is worth, how many there are, and what came in. */
export function SideCard({ view, currency, open }: { view: View; currency: Currency | undefined; open: OpenMarkFn }) {
  const scope = { ...scopeOf(view, currency), ...(currency ? { currency } : {}) }
  const query = useQuery({ ...summaryQuery(view.connection.id, scope), enabled: currency !== undefined })
  const summary = isKnown(query.data) ? query.data : undefined
  const absent = view.connection.absent.filter(({ kind }) => summary?.absent.includes(kind))
  const isAbsent = (kind: string) => absent.some((one) => one.kind === kind)
  if (query.error && !query.data) {
    return (
      <section aria-label="Key figures" className="card">
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </section>
    )
  }
  const money = (minor: number | null | undefined) =>
    summary ? (
      minor === null || minor === undefined ? (
        '–'
      ) : (
        <Money currency={summary.currency} minor={minor} />
      )
    ) : currency === undefined ? (
      '–'
    ) : (
      <Skeleton className="h-5 w-20" />
    )
  const count = (value: number | undefined) =>
    value === undefined ? currency === undefined ? '–' : <Skeleton className="h-5 w-12" /> : formatCount(value)
  return (
    <section aria-label="Key figures" className="card px-4 py-3 sm:px-5">
      <h2 className="pt-1 font-semibold">Key figures now</h2>
      <dl className="mt-1 divide-y divide-line">
        <Fact label="ARR" metric="arr">
          {money(summary?.arr_minor)}
        </Fact>
        <Fact label="ARPA" metric="arpa">
          {money(summary?.arpa_minor)}
        </Fact>
        <Fact label="Active customers" metric="active_customers">
          <Link
            className="link"
            params={{ connectionId: view.connection.id }}
            search={(before) => ({ ...keptSearch(before), state: 'active' as const })}
            to="/c/$connectionId/customers"
          >
            {count(summary?.active_customers)}
          </Link>
        </Fact>
        <Fact label="Active subscriptions" metric="active_subscriptions">
          {count(summary?.active_subscriptions)}
        </Fact>
      </dl>
      <h3 className="mt-3 border-t border-line pt-3 text-xs font-medium text-ink-soft">This month so far</h3>
      <dl className="divide-y divide-line">
        <Fact label="Customer churn" metric="customer_churn_rate">
          {!summary && currency !== undefined ? (
            <Skeleton className="h-5 w-12" />
          ) : !summary || !isComparable(view) ? (
            '–'
          ) : summary.customer_churn_rate ? (
            <button
              aria-label={`Churned this month: ${formatRatio(summary.customer_churn_rate)} of customers`}
              className="opens"
              type="button"
              onClick={() => open({ start_on: summary.month_on, end_on: lastOfMonth(summary.month_on) }, { type: 'churn' })}
            >
              {formatRatio(summary.customer_churn_rate)}
            </button>
          ) : (
            formatRatio(summary.customer_churn_rate)
          )}
        </Fact>
        <Fact label="Net revenue" metric="net_revenue">
          {money(summary?.net_revenue_minor)}
        </Fact>
        <Fact label="Refunds" metric="refunds">
          {isAbsent('refund') ? '–' : money(summary?.refunds_minor)}
        </Fact>
      </dl>
      {absent.length > 0 && (
        <p className="border-t border-line pt-2 pb-1 text-[0.8125rem] text-ink-soft">
          Not included in these figures: {absent.map(({ label }) => label.toLowerCase()).join(', ')}.{' '}
          <Link className="link" params={{ connectionId: view.connection.id }} to="/c/$connectionId/sync">
            Missing data
          </Link>
        </p>
      )}
      {summary && summary.net_revenue_minor === null && view.hasFilters && (
        <p className="border-t border-line pt-2 pb-1 text-[0.8125rem] text-ink-soft">
          Revenue and refunds can’t be split by these filters. Clear the filters to see them.
        </p>
      )}
    </section>
  )
}
