import type { Option } from '~/components/Select'
import { Select } from '~/components/Select'
import { currencyName } from '~/format/names'
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

/** The currency of every amount on the page. */
export function CurrencyPicker({ view }: { view: View }) {
  const { currency, search } = view
  return (
    <Select
      className="min-w-28 shrink-0"
      isBare
      label="Currency"
      options={optionsOf(view)}
      value={currency === 'native' && search.show ? only(search.show) : currency}
      onChange={(chosen) => {
        const [into, show] = chosen.split(':')
        view.setView({ currency: into, show })
      }}
    />
  )
}
