import { useNavigate } from '@tanstack/react-router'
import { useId } from 'react'

import { Swatch } from '~/components/Figures'
import type { View } from '~/view/useView'
import { unshared } from '~/view/unshared'
import { keptSearch } from '~/view/useView'

import type { Mapped } from './mapped'
import { WorldMap } from './WorldMap'
import type { World } from './world'

interface Props {
  view: View
  world: World
  mapped: Mapped
  isStale: boolean
}

/** The world, with each country in the shade of its figure. */
export function CountryMap({ view, world, mapped, isStale }: Props) {
  const navigate = useNavigate()
  const note = useId()
  return (
    <div className={`mx-auto max-w-5xl px-4 pt-4 transition-opacity sm:px-5 ${isStale ? 'opacity-60' : ''}`}>
      <WorldMap
        countries={mapped.countries}
        describedBy={note}
        label={`World map of ${mapped.name} by country`}
        nothing={mapped.nothing}
        world={world}
        onOpen={unshared((code: string) =>
          void navigate({
            to: '/c/$connectionId/customers',
            params: { connectionId: view.connection.id },
            search: (before) => ({ ...keptSearch(before), country: [mapped.keys.get(code) ?? code], state: 'active' as const }),
          }),
        )}
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
        The table above has every figure.
      </p>
    </div>
  )
}
