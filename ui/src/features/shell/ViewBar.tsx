import { Link, useLocation } from '@tanstack/react-router'

import type { Currency } from '~/api/types'
import { ComparePicker } from '~/features/controls/ComparePicker'
import { CurrencyPicker, isOfOneCurrency } from '~/features/controls/CurrencyPicker'
import { FilterChips, FilterPicker } from '~/features/controls/FilterPicker'
import { IntervalPicker } from '~/features/controls/IntervalPicker'
import { RangePicker } from '~/features/controls/RangePicker'
import { ShareButton } from '~/features/share/ShareButton'
import { INTERVAL_LABEL, anyCodeOf, codesOf } from '~/format/names'
import { lacksRates, shownCurrency, unconvertible } from '~/view/currency'
import { controlsOf } from '~/view/pages'
import type { Period } from '~/view/period'
import { BUCKETS_AT_MOST } from '~/view/period'
import { AHEAD } from '~/view/search'
import type { View } from '~/view/useView'
import { useView } from '~/view/useView'

import { Bar } from './Bar'
import { ModeStrip } from './ModeStrip'
import { StatusDot } from './StatusDot'

/** The bar of a connection's pages. What it says is in the address and governs everything below it. */
export function ViewBar() {
  const view = useView()
  const { pathname } = useLocation()
  const controls = controlsOf(pathname)
  const hasChips = controls.includes('filters') && view.hasFilters
  const hasNote = controls.includes('interval') && view.period.coarsened_from !== null
  const lacking = controls.includes('currency') ? unconvertible(view.currency, view.facets) : []
  const isOfOne = controls.includes('currency') && isOfOneCurrency(view, pathname)
  return (
    <Bar
      below={
        (hasChips || hasNote || isOfOne || lacking.length > 0) && (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-3 py-1.5 sm:px-5">
            {hasChips && <FilterChips view={view} />}
            {hasNote && <Coarsened period={view.period} />}
            {lacking.length > 0 && <Unconverted currencies={lacking} />}
            {isOfOne && <OfOneCurrency view={view} />}
          </div>
        )
      }
      status={
        <div className="flex items-center gap-1">
          <ShareButton view={view} />
          <StatusDot connection={view.connection} />
        </div>
      }
      strip={<ModeStrip connection={view.connection} />}
    >
      {controls.length > 0 && (
        <>
          {controls.includes('range') && <RangePicker view={view} />}
          {controls.includes('interval') && <IntervalPicker view={view} />}
          {controls.includes('compare') && view.period.range !== AHEAD && <ComparePicker view={view} />}
          {controls.includes('currency') && <CurrencyPicker view={view} />}
          {controls.includes('filters') && <FilterPicker view={view} />}
        </>
      )}
    </Bar>
  )
}

/** Which currencies today's figures lack: without an exchange rate, nothing can be added to the others. */
function Unconverted({ currencies }: { currencies: readonly Currency[] }) {
  const codes = codesOf(currencies)
  return (
    <p className="text-[0.8125rem] text-warn" role="status">
      Amounts in {codes} are not included: there is no exchange rate for today. Choose native currencies to see them.
    </p>
  )
}

/** Which of the account’s currencies figures and charts are in, and why the others are not among them. */
function OfOneCurrency({ view }: { view: View }) {
  const shown = shownCurrency(view)
  if (shown === undefined) return null
  const others = (view.facets?.currencies ?? []).filter((code) => code !== shown)
  const isLacking = lacksRates(view)
  return (
    <p className={`text-[0.8125rem] ${isLacking ? 'text-warn' : 'text-ink-soft'}`} role="status">
      Figures and charts are in {shown.toUpperCase()} only.{' '}
      {isLacking ? (
        <>
          {codesOf(others)} can’t be converted: today’s exchange rates are missing or more than 10 days old. Chartsy downloads them daily; you can
          also add your own in <Link className="link" params={{ connectionId: view.connection.id }} to="/c/$connectionId/settings">Settings</Link>.
        </>
      ) : (
        `Choose ${anyCodeOf(others)}, or a currency to convert to, under “Currency”.`
      )}
    </p>
  )
}

/** Why the charts are not by the interval that was chosen. */
function Coarsened({ period: { coarsened_from, interval } }: { period: Period }) {
  if (coarsened_from === null) return null
  const [chosen, shown] = [coarsened_from, interval].map((one) => INTERVAL_LABEL[one].toLowerCase())
  return (
    <p className="text-[0.8125rem] text-ink-soft" role="status">
      Shown by {shown}: by {chosen}, this range has more than {BUCKETS_AT_MOST} points.
    </p>
  )
}
