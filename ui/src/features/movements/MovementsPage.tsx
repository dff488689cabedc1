import { getRouteApi } from '@tanstack/react-router'
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'

import type { MovementType } from '~/api/types'
import { Definition } from '~/charts/Definition'
import { MOVEMENT_COLOR, Swatch } from '~/components/Figures'
import { PageHead } from '~/components/PageHead'
import { formatRange } from '~/format/date'
import { MOVEMENTS, MOVEMENT_LABEL } from '~/format/names'
import { compact } from '~/view/search'
import { useTitle } from '~/view/useTitle'
import { useView } from '~/view/useView'

import { MovementList } from './MovementList'

const route = getRouteApi('/app/c/$connectionId/movements')
/** Exchange rates move the total, not a customer: there is nothing to list. */
const TYPES = MOVEMENTS.filter((type) => type !== 'fx')

export function MovementsPage() {
  const view = useView()
  const { type: types } = route.useSearch()
  const navigate = route.useNavigate()
  useTitle('Movements', view.connection.name)
  const { start: from, end: to } = view.period
  return (
    <>
      <PageHead
        lead={formatRange(from, to)}
        title={
          <>
            Movements <Definition metric="net_new_mrr" />
          </>
        }
      />
      <ToggleButtonGroup
        aria-label="Movement types"
        className="flex flex-wrap gap-1"
        selectedKeys={types ?? []}
        selectionMode="multiple"
        onSelectionChange={(keys) => {
          const chosen = TYPES.filter((type) => keys.has(type))
          void navigate({
            search: (before) => compact({ ...before, type: chosen.length === 0 ? undefined : (chosen as MovementType[]) }),
            replace: true,
          })
        }}
      >
        {TYPES.map((type) => (
          <ToggleButton
            key={type}
            className="flex h-9 items-center gap-1.5 rounded-lg border border-line bg-surface px-2.5 text-[0.8125rem] text-ink-soft hover:bg-hover data-selected:border-accent data-selected:bg-accent-soft data-selected:text-ink"
            id={type}
          >
            <Swatch color={MOVEMENT_COLOR[type]} />
            {MOVEMENT_LABEL[type]}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <section aria-label="Movements" className="card py-3">
        <MovementList query={{ from, to, ...view.scope, ...(types ? { type: types.join(',') } : {}) }} view={view} />
      </section>
    </>
  )
}
