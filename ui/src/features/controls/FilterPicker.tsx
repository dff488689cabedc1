import { Suspense, lazy } from 'react'

import { Button } from '~/components/Button'
import { SkeletonRows } from '~/components/Feedback'
import { CloseIcon, FilterIcon } from '~/components/icons'
import { PopoverButton } from '~/components/Overlay'
import { FILTER_LABEL } from '~/view/filterNames'
import { FILTERS, NO_FILTERS } from '~/view/search'
import type { View } from '~/view/useView'

import { filterLabel } from './choices'

const FilterPanel = lazy(() => import('./FilterPanel'))

export function FilterPicker({ view }: { view: View }) {
  const count = FILTERS.reduce((sum, name) => sum + (view.filters[name]?.length ?? 0), 0)
  return (
    <PopoverButton
      button={
        <>
          <FilterIcon className="size-4 text-ink-faint" />
          Filters
          {count > 0 && <span className="num rounded-md bg-accent px-1.5 text-xs font-medium text-accent-ink">{count}</span>}
        </>
      }
      className="flex h-9 shrink-0 items-center gap-2 rounded-lg border border-line bg-surface px-2.5 text-sm hover:bg-hover"
      popoverClassName="w-80"
      title="Filters"
    >
      <Suspense
        fallback={
          <div className="px-4">
            <SkeletonRows rows={5} />
          </div>
        }
      >
        <FilterPanel view={view} />
      </Suspense>
    </PopoverButton>
  )
}

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
        <Button kind="quiet" size="small" onPress={() => view.setView(NO_FILTERS)}>
          Clear all
        </Button>
      </li>
    </ul>
  )
}
