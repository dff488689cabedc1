import { useState } from 'react'
import { Checkbox, CheckboxGroup } from 'react-aria-components'

import { SearchField } from '~/components/Field'
import { CheckIcon, ChevronIcon } from '~/components/icons'
import { FILTER_LABEL } from '~/view/filterNames'
import type { FilterName } from '~/view/search'
import { FILTERS } from '~/view/search'
import type { View } from '~/view/useView'

import { choicesOf } from './choices'

/** Longer lists are closed at first. */
const OPEN_UP_TO = 6

/** More are found by searching. */
const SHOWN_AT_MOST = 40

function FilterSection({ view, name, search }: { view: View; name: FilterName; search: string }) {
  const all = choicesOf(view.facets, name)
  const chosen = view.filters[name] ?? []
  const matching = all.filter(({ id, label }) => chosen.includes(id) || label.toLowerCase().includes(search.toLowerCase()))
  if (all.length < 2 && chosen.length === 0) return null
  if (matching.length === 0) return null
  return (
    <details className="group/section py-1" open={search !== '' || chosen.length > 0 || all.length <= OPEN_UP_TO}>
      <summary className="flex cursor-pointer items-center gap-2 rounded-lg px-2 py-1.5 text-sm font-medium hover:bg-hover">
        <ChevronIcon className="size-4 -rotate-90 text-ink-faint transition-transform group-open/section:rotate-0" />
        {FILTER_LABEL[name]}
        <span className="num ml-auto text-xs font-normal text-ink-soft">
          {chosen.length > 0 ? `${chosen.length} of ${all.length}` : all.length}
        </span>
      </summary>
      <CheckboxGroup
        aria-label={FILTER_LABEL[name]}
        className="flex flex-col gap-0.5 pb-1"
        value={chosen}
        onChange={(values) => view.setView({ [name]: values.length === 0 ? undefined : values.toSorted() })}
      >
        {matching.slice(0, SHOWN_AT_MOST).map(({ id, label }) => (
          <Checkbox
            key={id}
            className="group flex cursor-pointer items-center gap-2.5 rounded-lg px-2 py-1.5 text-sm hover:bg-hover"
            value={id}
          >
            <span className="grid size-4.5 shrink-0 place-items-center rounded border border-line-strong text-transparent group-data-focus-visible:outline-2 group-data-focus-visible:outline-accent group-data-selected:border-accent group-data-selected:bg-accent group-data-selected:text-accent-ink">
              <CheckIcon className="size-3.5" />
            </span>
            <bdi className="min-w-0">{label}</bdi>
          </Checkbox>
        ))}
        {matching.length > SHOWN_AT_MOST && (
          <p className="px-2 text-xs text-ink-soft">{matching.length - SHOWN_AT_MOST} more. Search to find them.</p>
        )}
      </CheckboxGroup>
    </details>
  )
}

/** What a page can be narrowed to. */
export default function FilterPanel({ view }: { view: View }) {
  const [search, setSearch] = useState('')
  return (
    <>
      <div className="sticky top-0 z-10 border-b border-line bg-surface p-2">
        <SearchField label="Search plans, countries…" value={search} onChange={setSearch} />
      </div>
      <div className="divide-y divide-line px-2">
        {FILTERS.map((name) => (
          <FilterSection key={name} name={name} search={search} view={view} />
        ))}
      </div>
    </>
  )
}
