import { useQuery } from '@tanstack/react-query'
import { Link, getRouteApi } from '@tanstack/react-router'
import { useCallback } from 'react'

import { registryQuery } from '~/api/queries'
import type { MetricDefinition } from '~/api/types'
import { buttonClass } from '~/components/Button'
import { EmptyState, ErrorState, SkeletonRows } from '~/components/Feedback'
import { NotConverted, isSummed, lackedBy } from '~/components/NotConverted'
import { MovementDrawer } from '~/features/movements/MovementDrawer'
import { REST, partIn, partMark } from '~/view/groupLabels'
import { compact } from '~/view/search'
import { useTitle } from '~/view/useTitle'
import type { View } from '~/view/useView'
import { keptSearch, useView } from '~/view/useView'

import { isMoved } from './behind'
import { MetricHeadline } from './MetricHeadline'
import { BrokenDown, Whole } from './MetricCharts'
import { OTHERS } from './parts'
import type { OpenPeriodFn } from './MetricCharts'
import { useFigures } from './useFigures'
import { ValueDrawer } from './ValueDrawer'

const route = getRouteApi('/app/c/$connectionId/metrics/$metricId')
const NO_MARK = { mark_from: undefined, mark_to: undefined, mark_of: undefined }

/** The page that every metric of the registry has. */
export function MetricPage() {
  const view = useView()
  const { metricId } = route.useParams()
  const registry = useQuery(registryQuery)
  const metric = registry.data?.find(({ id }) => id === metricId)
  useTitle(metric?.label ?? 'Metric', view.connection.name)
  if (registry.error && !registry.data) return <ErrorState error={registry.error} onRetry={() => void registry.refetch()} />
  if (!registry.data) return <SkeletonRows rows={12} />
  if (!metric) {
    return (
      <>
        <h1 className="sr-only">Metric not found</h1>
        <EmptyState
          action={
            <Link
              className={buttonClass('secondary', 'small')}
              params={{ connectionId: view.connection.id }}
              search={keptSearch}
              to="/c/$connectionId/metrics"
            >
              All metrics
            </Link>
          }
          title="Metric not found"
        >
          The address may be mistyped, or this server doesn’t have the metric yet.
        </EmptyState>
      </>
    )
  }
  // A metric's choices, such as which rows are plotted, are its own.
  return <Metric key={metric.id} metric={metric} view={view} />
}

function Metric({ view, metric }: { view: View; metric: MetricDefinition }) {
  const { by } = route.useSearch()
  const navigate = route.useNavigate()
  const whole = useFigures(view, metric)
  const isBrokenDown = by !== undefined && (metric.dimensions as readonly string[]).includes(by)
  const open = useCallback<OpenPeriodFn>(
    ({ start_on, end_on }, of) => {
      const mark_of = of === '' || of === OTHERS ? undefined : of
      void navigate({ search: (before) => compact({ ...before, mark_from: start_on, mark_to: end_on, mark_of }), resetScroll: false })
    },
    [navigate],
  )
  const shared = { view, metric, whole, open }
  return (
    <>
      <MetricHeadline {...shared} />
      <NotConverted isSum={isSummed(metric)} unconverted={lackedBy(metric, whole.report)} />
      {isBrokenDown ? <BrokenDown {...shared} by={by} /> : <Whole {...shared} />}
      <Behind currency={whole.currency ?? 'usd'} metric={metric} view={view} />
    </>
  )
}

/** How the value that was clicked came about; the movements with one reason, where a part of such a breakdown was. */
function Behind({ view, metric, currency }: { view: View; metric: MetricDefinition; currency: string }) {
  const { mark_from: from, mark_to: to, mark_of, by } = route.useSearch()
  const navigate = route.useNavigate()
  const of = by !== undefined && mark_of !== undefined && mark_of !== REST ? partMark(by, mark_of) : undefined
  const { part, reason } = partIn(of)
  const shared = {
    view,
    currency,
    days: from !== undefined && to !== undefined ? { from, to } : undefined,
    onClose: () => void navigate({ search: (before) => compact({ ...before, ...NO_MARK }), resetScroll: false }),
  }
  return reason && isMoved(metric) ? <MovementDrawer {...shared} reason={reason} /> : <ValueDrawer {...shared} metric={metric} part={part} />
}
