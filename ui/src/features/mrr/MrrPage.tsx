import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

import type { MrrPoint } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { Skeleton } from '~/components/Feedback'
import { Cell, Grid, Tiles } from '~/components/Grid'
import { PageHead } from '~/components/PageHead'
import { MetricTile } from '~/features/metrics/MetricTile'
import { NothingImported, NothingYet, isNothingBilled } from '~/features/shell/NoFigures'
import { useTour } from '~/features/tour/useTour'
import { shownCurrency } from '~/view/currency'
import { compact } from '~/view/search'
import { useFallback } from '~/view/useFallback'
import { useTitle } from '~/view/useTitle'
import { useView } from '~/view/useView'

import { Headline } from './Headline'
import type { OpenMarkFn } from './points'
import { TopCustomers } from './TopCustomers'
import { useBelow } from './useBelow'
import { known, useMrrSeries, useStandings } from './useMrrData'
import { useMrrStory } from './useMrrStory'

const route = getRouteApi('/app/c/$connectionId/mrr')
const NO_POINTS: MrrPoint[] = []

/** What is read beside MRR. */
const KEY_FIGURES = ['arr', 'arpa', 'active_customers', 'customer_churn_rate', 'net_revenue', 'refunds']

/** Read from top to bottom: where MRR stands, how it got there, what moved it, and which plans it is made of. */
export function MrrPage() {
  const view = useView()
  const { connection } = view
  useTitle('MRR Breakdown', connection.name)
  const navigate = route.useNavigate()
  const below = useBelow(true)
  const series = useMrrSeries(view)
  const now = useStandings(view)
  useFallback(view, series.error ?? now.error)
  const story = useMrrStory(view, now.standings)
  const knownSeries = known(series.data)
  const shown = shownCurrency(view)
  const points = useMemo(
    () => knownSeries?.series.find(({ currency }) => currency === shown)?.points ?? NO_POINTS,
    [knownSeries, shown],
  )
  const open = useCallback<OpenMarkFn>(
    ({ start_on, end_on }, { type, of } = {}) =>
      void navigate({
        search: (before) => compact({ ...before, mark_from: start_on, mark_to: end_on, mark_type: type, mark_of: of }),
        resetScroll: false,
      }),
    [navigate],
  )
  const isNothing = connection.state === 'failed' && series.data !== undefined && knownSeries === undefined
  const isEmpty = isNothingBilled(view)
  const tour = useTour({ hasFigures: now.standings.length > 0, isEmpty: isNothing || isEmpty, isSample: connection.is_sample })
  const currency = shown ?? (view.currency === 'native' ? (connection.reporting_currency ?? 'usd') : view.currency)
  const trend = {
    view,
    currency,
    points,
    open,
    isLoading: knownSeries === undefined && series.error === null,
    isStale: series.isPlaceholderData,
    error: series.data ? null : series.error,
    onRetry: () => void series.refetch(),
  }
  return (
    <>
      <PageHead title="MRR Breakdown" {...(isEmpty ? {} : { story })} />
      {tour && <tour.Tour isAsked={tour.isAsked} onEnd={tour.onEnd} />}
      {isNothing ? (
        <NothingImported view={view} />
      ) : isEmpty ? (
        <NothingYet view={view} />
      ) : (
        <>
          <Headline {...now} open={open} series={knownSeries} shown={shown} view={view} />
          <Tiles isAlone label="Key figures">
            {KEY_FIGURES.map((id) => (
              <MetricTile key={id} id={id} view={view} />
            ))}
          </Tiles>
          <Grid>
            <Cell span={IS_SHARED ? 12 : 8}>
              {below ? <below.MrrTrend {...trend} /> : <Skeleton className="h-[25rem] w-full rounded-xl" />}
            </Cell>
            {!IS_SHARED && (
              <Cell span={4}>
                <TopCustomers currency={shown} view={view} />
              </Cell>
            )}
            {below ? (
              <>
                <Cell>
                  <below.MovementsTrend {...trend} />
                </Cell>
                <below.Causes open={open} view={view} />
                <Cell>
                  <below.BreakdownCard currency={currency} open={open} view={view} />
                </Cell>
              </>
            ) : (
              <Cell>
                <Skeleton className="h-[28rem] w-full rounded-xl" />
              </Cell>
            )}
          </Grid>
          {below && <below.MarkDrawer currency={currency} view={view} />}
        </>
      )}
    </>
  )
}
