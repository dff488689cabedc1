import { Link, getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'

import type { MrrPoint, MrrReport } from '~/api/types'
import { buttonClass } from '~/components/Button'
import { EmptyState } from '~/components/Feedback'
import { PageHead } from '~/components/PageHead'
import { Controls } from '~/features/controls/Controls'
import { compact } from '~/view/search'
import { useFallback } from '~/view/useFallback'
import { useTitle } from '~/view/useTitle'
import type { View } from '~/view/useView'
import { useView } from '~/view/useView'

import { BreakdownCard } from './BreakdownCard'
import { Headline } from './Headline'
import { MarkDrawer } from './MarkDrawer'
import type { OpenMarkFn } from './pointColumns'
import { SideCard } from './SideCard'
import { TopCustomers } from './TopCustomers'
import { MovementsTrend, MrrTrend } from './TrendCards'
import { isKnown } from './standing'
import { shownCurrency, useMonths, useMrrSeries } from './useMrrData'

const route = getRouteApi('/app/c/$connectionId/mrr')
const NO_POINTS: MrrPoint[] = []

/** An answer that says nothing yet counts as none. */
const known = <Answer extends MrrReport>(answer: Answer | undefined) => (isKnown(answer) ? answer : undefined)

/** Read from top to bottom: where MRR stands, how it got there, what moved it, and which plans it is made of. */
export function MrrPage() {
  const view = useView()
  const { connection } = view
  useTitle('MRR Breakdown', connection.name)
  const navigate = route.useNavigate()
  const series = useMrrSeries(view)
  const months = useMonths(view)
  useFallback(view, series.error ?? months.error)
  const [knownSeries, knownMonths] = [known(series.data), known(months.data)]
  const shown = shownCurrency(view, knownMonths ?? knownSeries)
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
  const isEmpty = connection.is_history_complete && view.facets !== undefined && view.facets.first_on === null
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
      <PageHead connection={connection} title="MRR Breakdown" />
      {isNothing ? (
        <NothingImported view={view} />
      ) : isEmpty ? (
        <NothingYet view={view} />
      ) : (
        <>
          <Controls view={view} />
          <Headline months={knownMonths} open={open} series={knownSeries} shown={shown} view={view} />
          <div className="grid grid-cols-1 items-start gap-5 xl:grid-cols-[minmax(0,1fr)_20rem]">
            <div className="flex min-w-0 flex-col gap-5">
              <MrrTrend {...trend} />
              <MovementsTrend {...trend} />
              <BreakdownCard currency={currency} open={open} view={view} />
            </div>
            <aside aria-label="Key figures and top customers" className="grid min-w-0 grid-cols-1 gap-5 md:grid-cols-2 xl:grid-cols-1">
              <SideCard currency={shown} open={open} view={view} />
              <TopCustomers currency={shown} view={view} />
            </aside>
          </div>
          <MarkDrawer currency={currency} view={view} />
        </>
      )}
    </>
  )
}

/** The import stopped before there was a single figure. The banner above says why. */
function NothingImported({ view }: { view: View }) {
  return (
    <div className="card">
      <EmptyState
        action={
          <Link
            className={buttonClass('secondary', 'small')}
            params={{ connectionId: view.connection.id }}
            to="/c/$connectionId/sync"
          >
            See what happened
          </Link>
        }
        title="No figures yet"
      >
        The import stopped before anything could be calculated.
      </EmptyState>
    </div>
  )
}

function NothingYet({ view }: { view: View }) {
  return (
    <div className="card">
      <EmptyState
        action={
          <>
            <Link
              className={buttonClass('secondary', 'small')}
              params={{ connectionId: view.connection.id }}
              to="/c/$connectionId/sync"
            >
              See what was imported
            </Link>
            <Link className={buttonClass('quiet', 'small')} to="/connect">
              Connect another account
            </Link>
          </>
        }
        title="No subscriptions have been billed in this account yet"
      >
        You’re all set. MRR appears here as soon as the first invoice with a recurring price is paid.
      </EmptyState>
    </div>
  )
}
