import type { Option } from '~/components/Select'
import { Select } from '~/components/Select'
import type { Comparison } from '~/view/search'
import type { View } from '~/view/useView'

const OPTIONS: readonly Option<Comparison>[] = [
  { id: 'previous', label: 'vs. previous period' },
  { id: 'year', label: 'vs. a year earlier' },
  { id: 'none', label: 'No comparison' },
]

/** What every change on the page is measured against. */
export function ComparePicker({ view }: { view: View }) {
  return (
    <Select
      className="min-w-44 shrink-0"
      isBare
      label="Compare"
      options={OPTIONS}
      value={view.search.vs ?? 'previous'}
      onChange={(vs) => view.setView({ vs: vs === 'previous' ? undefined : vs })}
    />
  )
}
