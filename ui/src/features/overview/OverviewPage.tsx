import { useMemo } from 'react'

import { IS_SHARED } from '~/api/visit'
import { Cell, Grid, Tiles } from '~/components/Grid'
import { PageHead } from '~/components/PageHead'
import { MetricTile } from '~/features/metrics/MetricTile'
import { TopCustomers } from '~/features/mrr/TopCustomers'
import { UpcomingDrawer } from '~/features/upcoming/UpcomingDrawer'
import { useUpcoming } from '~/features/upcoming/useUpcoming'
import { MissingHere } from '~/features/shell/MissingHere'
import { NothingImported, NothingYet, isNothingKnown } from '~/features/shell/NoFigures'
import { addMonths, monthName } from '~/format/date'
import { shownCurrency } from '~/view/currency'
import { DEFAULT_RANGE } from '~/view/range'
import { overviewStory } from '~/view/story'
import { useTitle } from '~/view/useTitle'
import type { View } from '~/view/useView'
import { overRange, useView } from '~/view/useView'

import { AtRisk } from './AtRisk'
import { Feed } from './Feed'
import { MonthCard } from './MonthCard'
import { paceOf } from './month'
import { TodayCard } from './TodayCard'
import { useAhead } from './useAhead'
import type { Days } from './useDays'
import { useDays } from './useDays'

const TILES = [
  'mrr',
  'arr',
  'active_customers',
  'arpa',
  'customer_churn_rate',
  'net_revenue_retention',
  'ltv',
  'gross_mrr_churn_rate',
  'net_revenue',
  'refund_rate',
  'recovery_rate',
  'trial_conversion_rate',
]

const PARTS = ['charges', 'refunds', 'balance_transactions'] as const

/** How the business does today: read in a minute, every day. */
export function OverviewPage() {
  const view = useView()
  useTitle('Overview', view.connection.name)
  return isNothingKnown(view) ? (
    <>
      <PageHead title="Overview" />
      <NothingYet appears="Figures appear" view={view} />
    </>
  ) : (
    <Overview view={view} />
  )
}

function storyOf(view: View, days: Days, currency: string): string | null {
  const { today } = view
  const mrr = days.daily.get('mrr')?.get(today)
  const { now, before, isWholeBefore } = paceOf(days.daily.get('net_new_mrr'), today)
  const [month, monthBefore] = [monthName(today), monthName(addMonths(today, -1))]
  return overviewStory({ currency, mrr, gained: now, gainedBefore: before, isWholeBefore, month, monthBefore })
}

function Overview({ view }: { view: View }) {
  const days = useDays(view)
  const ahead = useAhead(view)
  const upcoming = useUpcoming()
  const currency = shownCurrency(view) ?? view.connection.reporting_currency ?? 'usd'
  const tiles = useMemo(() => overRange(view, DEFAULT_RANGE), [view])
  const story = useMemo(() => storyOf(view, days, currency), [view, days, currency])
  if (view.connection.state === 'failed' && days.isLoading && view.connection.data_through === null) {
    return (
      <>
        <PageHead title="Overview" />
        <NothingImported view={view} />
      </>
    )
  }
  const shared = { view, currency, days, ahead }
  return (
    <>
      {/* Without MRR, there is no sentence to keep a line free for. */}
      <PageHead title="Overview" {...(story === null && !days.isLoading ? {} : { story })} />
      <MissingHere parts={PARTS} view={view} />
      <Grid>
        <Cell>
          <Tiles isAlone label="Key figures">
            {TILES.map((id) => (
              <MetricTile key={id} id={id} view={tiles} />
            ))}
          </Tiles>
        </Cell>
        {/* On a wide screen, the lists stand at the left of both others. */}
        <Cell className="xl:order-2" span={8}>
          <MonthCard currency={currency} days={days} view={view} />
        </Cell>
        <Cell className="xl:order-1 xl:row-span-2 xl:col-span-4">
          <div className="flex flex-col gap-4 lg:gap-5">
            <TodayCard {...shared} onOpen={upcoming.open} />
            <AtRisk {...shared} onOpen={upcoming.open} />
            {!IS_SHARED && <TopCustomers currency={shownCurrency(view)} view={view} />}
          </div>
        </Cell>
        {!IS_SHARED && (
          <Cell className="xl:order-3" span={8}>
            <Feed view={view} />
          </Cell>
        )}
      </Grid>
      <UpcomingDrawer {...upcoming.drawer} view={view} />
    </>
  )
}
