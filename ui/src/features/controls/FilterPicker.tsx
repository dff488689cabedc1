import { useState } from 'react'
import { Button as AriaButton, Checkbox, CheckboxGroup, DialogTrigger } from 'react-aria-components'

import type { Facets } from '~/api/types'
import { Button } from '~/components/Button'
import { SearchField } from '~/components/Field'
import { CheckIcon, ChevronIcon, CloseIcon, FilterIcon } from '~/components/icons'
import { Popover } from '~/components/Overlay'
import { billingInterval, countryName } from '~/format/names'
import { planLabels } from '~/view/facetLabels'
import { FILTER_LABEL } from '~/view/filterNames'
import type { FilterName } from '~/view/search'
import { FILTERS } from '~/view/search'
import type { View } from '~/view/useView'

interface Choice {
  id: string
  label: string
}

function choicesOf(facets: Facets | undefined, name: FilterName): Choice[] {
  if (!facets) return []
  switch (name) {
    case 'plan':
      return [...planLabels(facets)].map(([id, label]) => ({ id, label }))
    case 'product':
      return facets.products
    case 'billing_interval':
      return facets.intervals.map((id) => ({ id, label: billingInterval(id) }))
    case 'filter_currency':
      return facets.currencies.map((id) => ({ id, label: id.toUpperCase() }))
    case 'country':
      return facets.countries
        .map((id) => ({ id, label: countryName(id) }))
        .toSorted((a, b) => a.label.localeCompare(b.label))
  }
}

/** The name of a filter's value. */
export function filterLabel(facets: Facets | undefined, name: FilterName, id: string): string {
  return choicesOf(facets, name).find((choice) => choice.id === id)?.label ?? id
}

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

export function FilterPicker({ view }: { view: View }) {
  const [search, setSearch] = useState('')
  const count = FILTERS.reduce((sum, name) => sum + (view.filters[name]?.length ?? 0), 0)
  return (
    <DialogTrigger>
      <AriaButton className="flex h-9 shrink-0 items-center gap-2 rounded-lg border border-line bg-surface px-2.5 text-sm hover:bg-hover">
        <FilterIcon className="size-4 text-ink-faint" />
        Filters
        {count > 0 && <span className="num rounded-md bg-accent px-1.5 text-xs font-medium text-accent-ink">{count}</span>}
      </AriaButton>
      <Popover className="w-80" label="Filters" placement="bottom start">
        <div className="sticky top-0 z-10 border-b border-line bg-surface p-2">
          <SearchField label="Search plans, countries…" value={search} onChange={setSearch} />
        </div>
        <div className="divide-y divide-line px-2">
          {FILTERS.map((name) => (
            <FilterSection key={name} name={name} search={search} view={view} />
          ))}
        </div>
      </Popover>
    </DialogTrigger>
  )
}

const NONE = Object.fromEntries(FILTERS.map((name) => [name, undefined])) as Record<FilterName, undefined>

export function FilterChips({ view }: { view: View }) {
  if (!view.hasFilters) return null
  return (
    <ul aria-label="Active filters" className="flex flex-wrap items-center gap-1.5">
      {FILTERS.flatMap((name) =>
        (view.filters[name] ?? []).map((id) => {
          const label = filterLabel(view.facets, name, id)
          const rest = view.filters[name]?.filter((one) => one !== id)
          return (
            <li
              key={`${name}:${id}`}
              className="inline-flex items-center gap-1 rounded-lg bg-accent-soft py-0.5 pr-0.5 pl-2 text-[0.8125rem]"
            >
              <span className="text-ink-soft">{FILTER_LABEL[name]}</span> <bdi>{label}</bdi>
              <button
                aria-label={`Remove filter: ${FILTER_LABEL[name]} ${label}`}
                className="rounded-md p-1 hover:bg-hover"
                type="button"
                onClick={() => view.setView({ [name]: rest?.length ? rest : undefined })}
              >
                <CloseIcon className="size-3.5" />
              </button>
            </li>
          )
        }),
      )}
      <li>
        <Button kind="quiet" size="small" onPress={() => view.setView(NONE)}>
          Clear all
        </Button>
      </li>
    </ul>
  )
}
