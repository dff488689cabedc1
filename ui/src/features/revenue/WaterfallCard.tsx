import type { Currency } from '~/api/types'
import { Definition } from '~/charts/Definition'
import { ErrorState, Skeleton } from '~/components/Feedback'
import { longerRange } from '~/features/controls/advice'
import { NothingHere } from '~/features/controls/NothingHere'
import type { MetricLine } from '~/features/metrics/MetricsChart'
import { useMetricLines } from '~/features/metrics/MetricsChart'
import { useOpenValue } from '~/features/metrics/openValue'
import { formatRange } from '~/format/date'
import { formatMoney } from '~/format/money'
import { formatRatio } from '~/format/number'
import { valueOf } from '~/view/figure'
import type { View } from '~/view/useView'

import type { Step } from './waterfall'
import { stepsOf } from './waterfall'

const TITLE = 'From gross to net revenue'

/** What was billed and paid, what went back, and what is left: of the whole range. */
export function WaterfallCard({ view, metrics }: { view: View; metrics: readonly MetricLine[] }) {
  const data = useMetricLines(view, metrics)
  const currency = data.currency ?? 'usd'
  const steps = stepsOf(
    data.lines.map(({ metric, colorToken, isLoss = false, points }) => ({
      id: metric.id,
      name: metric.label,
      colorToken,
      isLoss,
      minor: valueOf('flow', points),
    })),
  )
  return (
    <section aria-label={TITLE} className="card min-w-0">
      <header className="px-4 pt-4 sm:px-5">
        <h2 className="flex items-center gap-1 font-semibold">
          {TITLE}
          <Definition metric="net_revenue" />
        </h2>
        <p className="text-[0.8125rem] text-ink-soft">{formatRange(view.period.start, view.period.end)}</p>
      </header>
      <div className={`px-4 py-4 sm:px-5 ${data.isStale ? 'opacity-60' : ''}`}>
        {data.error && <ErrorState error={data.error} onRetry={data.refetch} />}
        {data.isLoading && <Skeleton className="h-64" />}
        {!data.isLoading && !data.error && steps.length === 0 && <NothingHere title="No revenue in this range" view={view}>{longerRange(view)}</NothingHere>}
        {!data.isLoading && steps.length > 0 && <Steps currency={currency} steps={steps} view={view} />}
      </div>
    </section>
  )
}

function Steps({ steps, currency, view }: { steps: readonly Step[]; currency: Currency; view: View }) {
  const open = useOpenValue()
  const { start, end } = view.period
  const gross = steps[0]?.minor ?? 0
  return (
    <table className="w-full text-sm">
      <caption className="sr-only">{TITLE}</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Step</th>
          <th scope="col">Amount</th>
          <th scope="col">Share of gross revenue</th>
        </tr>
      </thead>
      <tbody>
        {steps.map(({ id, name, minor, from, to, colorToken, isTotal }) => (
          <tr key={id} className={isTotal ? 'border-t border-line-strong font-semibold' : ''}>
            <th className={`py-2.5 pr-3 text-left align-top ${isTotal ? '' : 'font-normal'}`} scope="row">
              {name}
              <span aria-hidden="true" className="mt-1.5 block h-3 rounded-sm bg-sunken">
                <span
                  className="block h-full rounded-sm"
                  style={{ marginLeft: `${from * 100}%`, width: `${minor === 0 ? 0 : Math.max(0.4, (to - from) * 100)}%`, background: `var(${colorToken})` }}
                />
              </span>
            </th>
            <td className="num w-px py-2.5 text-right align-bottom whitespace-nowrap">
              {open && minor !== 0 ? (
                <button
                  aria-label={`${name}, ${formatRange(start, end)}: ${formatMoney(minor, currency)}`}
                  className="opens"
                  type="button"
                  onClick={() => open({ metric: id, days: { from: start, to: end } })}
                >
                  {formatMoney(minor, currency)}
                </button>
              ) : (
                formatMoney(minor, currency)
              )}
            </td>
            <td className="num w-px py-2.5 pl-3 text-right align-bottom font-normal text-ink-soft">
              {formatRatio(gross > 0 ? minor / gross : null)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
