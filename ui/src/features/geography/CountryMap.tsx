import { queryOptions, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useId, useMemo } from 'react'

import { ErrorState, Skeleton } from '~/components/Feedback'
import { Swatch } from '~/components/Figures'
import type { Groups } from '~/features/groups/useGroups'
import { fetched } from '~/routes/fetched'
import type { MapFigure } from '~/view/pageSearch'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import type { Mapped } from './mapped'
import { mappedOf } from './mapped'
import { WorldMap } from './WorldMap'

/** The shapes of all countries, which no other page needs. */
const worldQuery = queryOptions({
  queryKey: ['world'],
  queryFn: fetched(async () => (await import('virtual:outlines')).default),
  staleTime: Infinity,
  gcTime: Infinity,
  structuralSharing: false,
})

interface Props {
  view: View
  groups: Groups
  figure: MapFigure
}

/** The world, with each country in the shade of its figure. */
export function CountryMap({ view, groups, figure }: Props) {
  const { data: world, error, refetch } = useQuery(worldQuery)
  const navigate = useNavigate()
  const note = useId()
  const { currency = 'usd', rows } = groups
  const mapped = useMemo(() => world && mappedOf({ world, rows, figure, currency }), [world, rows, figure, currency])
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!world || !mapped) return <Skeleton className="mx-4 aspect-[960/425] sm:mx-5" />
  return (
    <div className={`mx-auto max-w-5xl px-4 transition-opacity sm:px-5 ${groups.isStale ? 'opacity-60' : ''}`}>
      <WorldMap
        countries={mapped.countries}
        describedBy={note}
        label={`World map of ${mapped.name} by country`}
        nothing={mapped.nothing}
        world={world}
        onOpen={(code) =>
          void navigate({
            to: '/c/$connectionId/customers',
            params: { connectionId: view.connection.id },
            search: (before) => ({ ...keptSearch(before), country: [mapped.keys.get(code) ?? code], state: 'active' as const }),
          })
        }
      >
        <Legend mapped={mapped} note={note} />
      </WorldMap>
    </div>
  )
}

function Legend({ mapped: { name, nothing, shades, elsewhere }, note }: { mapped: Mapped; note: string }) {
  return (
    <div className="flex flex-col gap-1.5 pt-3 pb-3 text-[0.8125rem] text-ink-soft">
      <ul aria-label={`Shades of the map: ${name}`} className="flex flex-wrap items-center gap-x-4 gap-y-1">
        {[{ token: '--map-none', text: nothing }, ...shades].map(({ token, text }) => (
          <li key={token} className="num flex items-center gap-1.5">
            <Swatch color={`var(${token})`} />
            {text}
          </li>
        ))}
      </ul>
      <p id={note}>
        {elsewhere && `Not on the map: ${elsewhere}. `}
        The table below has every figure.
      </p>
    </div>
  )
}
