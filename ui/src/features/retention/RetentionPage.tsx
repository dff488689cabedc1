import { getRouteApi } from '@tanstack/react-router'
import { useCallback } from 'react'

import { IS_SHARED } from '~/api/visit'
import { Tiles } from '~/components/Grid'
import { PageHead } from '~/components/PageHead'
import { Segmented } from '~/components/Segmented'
import { MetricsChart } from '~/features/metrics/MetricsChart'
import { MetricTile } from '~/features/metrics/MetricTile'
import { useFigureOf } from '~/features/metrics/useFigureOf'
import { FiguresPage } from '~/features/shell/FiguresPage'
import { DIMENSION_LABEL } from '~/view/groupLabels'
import type { DimensionName, RetentionSearch } from '~/view/pageSearch'
import { COHORT_WHATS, DIMENSIONS } from '~/view/pageSearch'
import { rangeName } from '~/view/period'
import { compact } from '~/view/search'
import { retentionStory } from '~/view/story'
import { unshared } from '~/view/unshared'
import { useTitle } from '~/view/useTitle'
import type { View } from '~/view/useView'
import { useView } from '~/view/useView'

import { CellDrawer, cellAddress } from './CellDrawer'
import type { CohortRow } from './cohorts'
import { CurvesCard } from './CurvesCard'
import { MapCard } from './MapCard'
import { TableCard } from './TableCard'
import { useCohorts } from './useCohorts'
import { WHAT_LABEL } from './words'

const route = getRouteApi('/app/c/$connectionId/retention')

const KEY_FIGURES = ['net_revenue_retention', 'gross_revenue_retention', 'customer_churn_rate', 'customer_lifetime_months', 'ltv']

const RATES = [
  { id: 'net_revenue_retention', colorToken: '--series-1' },
  { id: 'gross_revenue_retention', colorToken: '--series-2' },
]

const WHATS = COHORT_WHATS.map((id) => ({ id, label: WHAT_LABEL[id] }))

/** Whether customers stay, and what those who started together are worth by now. */
export function RetentionPage() {
  const view = useView()
  useTitle('Retention', view.connection.name)
  return (
    <FiguresPage appears="Cohorts appear" isOfMrr title="Retention" view={view}>
      <Retention view={view} />
    </FiguresPage>
  )
}

function Retention({ view }: { view: View }) {
  const { what = 'customers', by, as, cell } = route.useSearch()
  const navigate = route.useNavigate()
  const data = useCohorts(view, what, by)
  const [nrr, grr] = [useFigureOf(view, 'net_revenue_retention'), useFigureOf(view, 'gross_revenue_retention')]
  const story = retentionStory({ nrr: nrr?.value, grr: grr?.value })
  const choose = useCallback(
    (patch: { [Name in keyof RetentionSearch]?: RetentionSearch[Name] | undefined }) =>
      void navigate({ search: (before) => compact({ ...before, ...patch }), replace: true, resetScroll: false }),
    [navigate],
  )
  const open = useCallback(
    (row: CohortRow, at: number) =>
      void navigate({ search: (before) => compact({ ...before, cell: cellAddress(row, at) }), resetScroll: false }),
    [navigate],
  )
  return (
    <>
      <PageHead story={story} title="Retention" />
      <Tiles isAlone label="Key figures">
        {KEY_FIGURES.map((id) => (
          <MetricTile key={id} id={id} view={view} />
        ))}
      </Tiles>
      <MetricsChart
        chart="lines"
        isZoomed
        height={240}
        metrics={RATES}
        title={`Net and gross revenue retention, ${rangeName(view.period)}`}
        view={view}
      />
      <div className="no-print flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 className="text-lg font-semibold">Cohorts</h2>
        {!IS_SHARED && (
          <>
        <Segmented
          label="Follow"
          options={WHATS}
          value={what}
          onChange={(next) => choose({ what: next === 'customers' ? undefined : next, as: undefined, cell: undefined })}
        />
        <ByControl by={by} view={view} onChange={(next) => choose({ by: next, as: undefined, cell: undefined })} />
          </>
        )}
      </div>
      <CurvesCard by={by} data={data} view={view} what={what} />
      <MapCard
        by={by}
        data={data}
        isTotal={as === 'total' && by === undefined}
        open={unshared(open)}
        setIsTotal={(isTotal) => choose({ as: isTotal ? 'total' : undefined })}
        view={view}
        what={what}
      />
      <TableCard by={by} data={data} view={view} what={what} />
      {!IS_SHARED && <CellDrawer
        by={by}
        cell={cell}
        data={data}
        view={view}
        what={what}
        onClose={() => void navigate({ search: (before) => compact({ ...before, cell: undefined }), resetScroll: false })}
      />}
    </>
  )
}

function ByControl({ view, by, onChange }: { view: View; by: DimensionName | undefined; onChange: (by: DimensionName | undefined) => void }) {
  const offered = DIMENSIONS.filter(
    (name) => name !== 'currency' || (view.currency !== 'native' && (view.facets?.currencies.length ?? 0) > 1),
  )
  return (
    <Segmented
      className="max-w-full overflow-x-auto"
      label="Cohorts by"
      options={[{ id: 'start', label: 'By start' } as const, ...offered.map((id) => ({ id, label: DIMENSION_LABEL[id] }))]}
      value={by ?? 'start'}
      onChange={(next) => onChange(next === 'start' ? undefined : next)}
    />
  )
}
