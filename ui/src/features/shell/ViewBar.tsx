import { useLocation } from '@tanstack/react-router'

import { ComparePicker } from '~/features/controls/ComparePicker'
import { CurrencyPicker } from '~/features/controls/CurrencyPicker'
import { FilterChips, FilterPicker } from '~/features/controls/FilterPicker'
import { IntervalPicker } from '~/features/controls/IntervalPicker'
import { RangePicker } from '~/features/controls/RangePicker'
import { controlsOf } from '~/view/pages'
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
  return (
    <Bar
      below={
        hasChips && (
          <div className="border-t border-line px-3 py-1.5 sm:px-5">
            <FilterChips view={view} />
          </div>
        )
      }
      status={<StatusDot connection={view.connection} />}
      strip={<ModeStrip connection={view.connection} />}
    >
      {controls.length > 0 && (
        <>
          {controls.includes('range') && <RangePicker view={view} />}
          {controls.includes('interval') && <IntervalPicker view={view} />}
          {controls.includes('compare') && <ComparePicker view={view} />}
          {controls.includes('currency') && <CurrencyPicker view={view} />}
          {controls.includes('filters') && <FilterPicker view={view} />}
        </>
      )}
    </Bar>
  )
}
