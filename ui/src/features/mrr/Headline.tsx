import type { Currency, MrrReport } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { Definition } from '~/charts/Definition'
import { Sparkline } from '~/charts/Sparkline'
import { Skeleton } from '~/components/Feedback'
import { Money, MoneyDelta, RatioDelta } from '~/components/Figures'
import { NotConverted } from '~/components/NotConverted'
import { addDays, formatDay } from '~/format/date'
import { formatMoney } from '~/format/money'
import { levelName } from '~/view/period'
import type { View } from '~/view/useView'

import type { OpenMarkFn } from './points'
import type { Standing } from './standing'

interface HeadlineProps {
  view: View
  /** Missing until it is known. */
  report: MrrReport | undefined
  standings: Standing[]
  /** Whether history does not reach back to what is compared with. */
  isTooEarly: boolean
  /** MRR over the range. */
  series: MrrReport | undefined
  shown: Currency | undefined
  open: OpenMarkFn
}

/** MRR at the end of the period, and how it has changed. */
export function Headline({ view, report, standings, isTooEarly, series, shown, open }: HeadlineProps) {
  const { is_running, focus } = view.period
  const main = standings.find(({ currency }) => currency === shown)
  const title = is_running ? 'MRR now' : `MRR on ${formatDay(focus.end)}`
  return (
    <section aria-label={title} className="flex flex-col gap-4">
      <div className="flex flex-col gap-1 self-start" data-tour="headline">
        <h2 className="flex items-center gap-1 text-sm font-medium text-ink-soft">
          {view.hasFilters ? `${title} (filtered)` : title}
          <Definition metric="mrr" />
        </h2>
        {report === undefined ? (
          <>
            <Skeleton className="h-12 w-64" />
            <Skeleton className="mt-2 h-6 w-80 max-w-full" />
          </>
        ) : main ? (
          <>
            <p className="text-[clamp(2rem,6vw,3.25rem)] leading-tight font-semibold tracking-tight">
              <Money currency={main.currency} minor={main.mrr_minor} />
            </p>
            <Changed isTooEarly={isTooEarly} main={main} open={open} view={view} />
          </>
        ) : (
          <p className="text-3xl font-semibold text-ink-faint">No MRR yet</p>
        )}
      </div>
      {view.currency === 'native' && standings.length > 1 && (
        <CurrencyCards series={series} shown={shown} standings={standings} view={view} />
      )}
      {report && <NotConverted unconverted={report.unconverted} what="MRR" />}
      {report?.rates_on && view.currency !== 'native' && (view.facets?.currencies.length ?? 0) > 1 && (
        <p className="text-[0.8125rem] text-ink-soft">
          Converted to {view.currency.toUpperCase()} at daily exchange rates (latest: {formatDay(report.rates_on)}).
        </p>
      )}
    </section>
  )
}

function Changed({ view, main, isTooEarly, open }: Pick<HeadlineProps, 'view' | 'isTooEarly' | 'open'> & { main: Standing }) {
  const { compared_with, focus } = view.period
  if (isTooEarly) {
    return <p className="text-ink-soft">There is nothing to compare with yet: earlier history is still loading.</p>
  }
  if (compared_with !== null && main.lacksRates) {
    return (
      <p className="text-ink-soft">
        Not compared with {levelName(compared_with.level_on)}: exchange rates are missing for one of the two dates, so the difference would not be growth or loss.
      </p>
    )
  }
  if (compared_with === null || main.change_minor === null || main.before_minor === null) return null
  const change = formatMoney(main.change_minor, main.currency, { sign: true })
  const since = levelName(compared_with.level_on)
  return (
    <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1 text-[0.9375rem]">
      {IS_SHARED ? <MoneyDelta className="font-semibold" currency={main.currency} minor={main.change_minor} /> : <button
        aria-label={`What changed since ${since}: ${change}`}
        className="opens font-semibold"
        data-tour="change"
        type="button"
        onClick={() => open({ start_on: addDays(compared_with.level_on, 1), end_on: focus.end })}
      >
        <MoneyDelta currency={main.currency} minor={main.change_minor} />
      </button>}
      {main.change_ratio !== null && <RatioDelta className="font-semibold" ratio={main.change_ratio} />}
      <span className="text-ink-soft">
        vs. {since} (<Money currency={main.currency} minor={main.before_minor} />)
      </span>
    </p>
  )
}

/** Currencies side by side, each with its own line; they are never added up. The chosen one is what the page shows. */
function CurrencyCards({ view, standings, series, shown }: Pick<HeadlineProps, 'view' | 'standings' | 'series' | 'shown'>) {
  return (
    <ul aria-label="Currency to show" className="grid grid-cols-2 gap-2 sm:grid-cols-3 xl:grid-cols-5">
      {standings.map((standing) => {
        const values =
          series?.series.find(({ currency }) => currency === standing.currency)?.points.map((point) => point.mrr_minor) ?? []
        const isShown = standing.currency === shown
        return (
          <li key={standing.currency}>
            <button
              aria-pressed={isShown}
              className={`card flex w-full flex-col gap-1 p-3 text-left hover:bg-hover ${isShown ? 'border-accent! ring-1 ring-accent' : ''}`}
              type="button"
              onClick={() => view.setView({ show: standing.currency })}
            >
              <span className="flex items-center justify-between text-xs font-medium text-ink-soft">
                {standing.currency.toUpperCase()}
                <Sparkline className="h-5 w-16" values={values} />
              </span>
              <Money className="font-semibold" currency={standing.currency} minor={standing.mrr_minor} />
              <span className="text-xs">
                <RatioDelta ratio={standing.change_ratio} />
              </span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
