import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'

import { targetsQuery } from '~/api/queries'
import type { Interval } from '~/api/types'
import { Select } from '~/components/Field'
import { INTERVALS, INTERVAL_LABEL, currencyName } from '~/format/names'
import type { View } from '~/view/useView'

import { FilterChips, FilterPicker } from './FilterPicker'
import { RangePicker } from './RangePicker'

const INTERVAL_OPTIONS = INTERVALS.map((id) => ({ id, label: `By ${INTERVAL_LABEL[id].toLowerCase()}` }))

/** Only a currency that has exchange rates is offered. A server that does not say which have is believed to have all. */
export const isTarget = (targets: readonly string[] | null | undefined, code: string) => !targets || targets.includes(code)

function CurrencyPicker({ view }: { view: View }) {
  const { connection, facets, currency } = view
  const { data: targets } = useQuery(targetsQuery)
  const codes = new Set(
    [connection.reporting_currency, ...(facets?.currencies ?? [])]
      .filter((code): code is string => code !== null && isTarget(targets, code))
      .concat(currency === 'native' ? [] : currency),
  )
  const converted = [...codes]
    .toSorted()
    .map((code) => ({ id: code, label: `In ${code.toUpperCase()}`, hint: currencyName(code) }))
  const options = [...converted, { id: 'native', label: 'Native currencies', hint: 'Each on its own, nothing converted' }]
  return (
    <Select
      className="min-w-36"
      isBare
      label="Currency"
      options={options}
      value={currency}
      onChange={(code) => view.setView({ currency: code, show: undefined })}
    />
  )
}

interface ControlsProps {
  view: View
  hasInterval?: boolean
  hasRange?: boolean
  /** Comes before the controls that all pages have. */
  lead?: ReactNode
  children?: ReactNode
}

/** What the page shows. All of it goes into the address. */
export function Controls({ view, hasInterval = true, hasRange = true, lead, children }: ControlsProps) {
  const intervals = INTERVAL_OPTIONS as readonly { id: Interval; label: string }[]
  return (
    <div aria-label="View" className="no-print flex flex-col gap-2" role="group">
      <div className="flex flex-wrap items-center gap-2">
        {lead}
        {hasRange && <RangePicker view={view} />}
        {hasInterval && (
          <Select
            className="min-w-30"
            isBare
            label="Interval"
            options={intervals}
            value={view.period.interval}
            onChange={(interval) => view.setView({ interval })}
          />
        )}
        <CurrencyPicker view={view} />
        <FilterPicker view={view} />
        {children}
      </div>
      <FilterChips view={view} />
    </div>
  )
}
