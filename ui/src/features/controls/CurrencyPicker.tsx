import { useLocation } from '@tanstack/react-router'

import type { Option } from '~/components/Select'
import { Select } from '~/components/Select'
import { currencyName } from '~/format/names'
import { shownCurrency } from '~/view/currency'
import { pageOf } from '~/view/pages'
import type { View } from '~/view/useView'

/** In the picker: one currency, nothing converted. */
const only = (code: string) => `native:${code}`

function optionsOf(view: View): Option<string>[] {
  const { connection, facets, currency } = view
  const billed = facets?.currencies ?? []
  // Only a currency that has exchange rates is offered.
  const codes = new Set(
    [connection.reporting_currency, ...billed]
      .filter((code): code is string => code !== null && (facets?.targets.includes(code) ?? false))
      .concat(currency === 'native' ? [] : currency),
  )
  const converted = [...codes].toSorted().map((id) => ({ id, label: `In ${id.toUpperCase()}`, hint: currencyName(id) }))
  const native = { id: 'native', label: 'Native currencies', hint: 'Each on its own, nothing converted' }
  const single = billed.map((code) => ({
    id: only(code),
    label: `Only ${code.toUpperCase()}`,
    hint: `Billed in ${currencyName(code)}, not converted`,
  }))
  return [...converted, native, ...(billed.length > 1 ? single : [])]
}

/** Lists have a row for each currency. */
const LISTS: ReadonlySet<string> = new Set(['movements', 'customers'])

/** Whether charts and figures are in one of several currencies that the account bills in. */
export const isOfOneCurrency = (view: View, pathname: string): boolean =>
  view.currency === 'native' && !LISTS.has(pageOf(pathname)?.path ?? '') && (view.facets?.currencies.length ?? 0) > 1

/** With native currencies, charts and figures are in one of them: which one is said without opening the picker. */
function shownName(view: View, pathname: string): string | undefined {
  if (view.search.show || !isOfOneCurrency(view, pathname)) return undefined
  return `Native: ${shownCurrency(view)?.toUpperCase() ?? ''}`
}

/** The currency of every amount on the page. */
export function CurrencyPicker({ view }: { view: View }) {
  const { currency, search } = view
  const { pathname } = useLocation()
  return (
    <Select
      className="min-w-28 shrink-0"
      isBare
      label="Currency"
      options={optionsOf(view)}
      shown={shownName(view, pathname)}
      value={currency === 'native' && search.show ? only(search.show) : currency}
      onChange={(chosen) => {
        const [into, show] = chosen.split(':')
        view.setView({ currency: into, show })
      }}
    />
  )
}
