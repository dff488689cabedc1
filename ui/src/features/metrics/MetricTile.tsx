/**
 * A metric of the registry as a tile that leads to its page: its figure over the page's period, its change, and its line. It asks
 * for them when it comes into view.
 *
 *     <Tiles label="Key figures"><MetricTile id="arr" view={view} /></Tiles>
 */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { PageLink } from '~/components/PageLink'
import { registryQuery } from '~/api/queries'
import type { MetricDefinition } from '~/api/types'
import { Definition } from '~/charts/Definition'
import { Change } from '~/components/Change'
import { KeyFigure } from '~/components/KeyFigure'
import { useInView } from '~/components/useInView'
import { formatValue } from '~/format/value'
import { againstName, ofName } from '~/view/figure'
import { AHEAD } from '~/view/search'
import type { View } from '~/view/useView'
import { keptSearch, overRange } from '~/view/useView'

import { reasonUnknown } from './unknown'
import { useFigures } from './useFigures'

export function MetricTile({ id, view }: { id: string; view: View }) {
  const { data: registry } = useQuery(registryQuery)
  const metric = registry?.find((one) => one.id === id)
  // An older server may not have it yet.
  if (registry && !metric) return null
  return metric ? <Known metric={metric} view={view} /> : <KeyFigure isLoading label=" " value="" />
}

function Known({ metric, view: given }: { metric: MetricDefinition; view: View }) {
  // As on the metric's own page.
  const view = useMemo(() => (metric.looks_ahead && given.search.range === undefined ? overRange(given, AHEAD) : given), [metric, given])
  const [ref, hasBeenSeen] = useInView()
  const { figures, currency = 'usd', isLoading, isStale, error, foreign, isAbsent } = useFigures(view, metric, { isEnabled: hasBeenSeen })
  const [figure] = figures
  const { unit, measure } = metric
  const against = againstName(measure, view.period)
  const note = error ? 'Couldn’t be loaded' : reasonUnknown(foreign, figure?.value, { metric, isAbsent })
  return (
    <div ref={ref} className="min-w-0">
      <KeyFigure
        change={
          against !== null &&
          figure?.change && (
            <span title={`Compared with ${against}: ${formatValue(figure.before, unit, currency)}`}>
              <Change change={figure.change} currency={currency} metric={metric} />
            </span>
          )
        }
        definition={<Definition metric={metric.id} />}
        isLoading={isLoading || !hasBeenSeen}
        isStale={isStale}
        label={
          <PageLink
            className="rounded hover:text-ink hover:underline"
            params={{ connectionId: view.connection.id, metricId: metric.id }}
            search={keptSearch}
            to="/c/$connectionId/metrics/$metricId"
          >
            {metric.label}
          </PageLink>
        }
        note={note ?? ofName(measure, view.period)}
        value={formatValue(figure?.value, unit, currency)}
        values={figure?.series.points.map(({ value }) => value)}
      />
    </div>
  )
}
