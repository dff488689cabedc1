import { getRouteApi } from '@tanstack/react-router'
import { useCallback } from 'react'

import type { MovementType } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { Cell, Grid, Tiles } from '~/components/Grid'
import { PageHead } from '~/components/PageHead'
import { StandingCard } from '~/features/customers/StandingCard'
import { MetricsChart } from '~/features/metrics/MetricsChart'
import { MetricTile } from '~/features/metrics/MetricTile'
import { RankingCard } from '~/features/metrics/RankingCard'
import { useFigureOf } from '~/features/metrics/useFigureOf'
import { MovementDrawer } from '~/features/movements/MovementDrawer'
import { MovementsCard } from '~/features/movements/MovementsCard'
import { UpcomingDrawer } from '~/features/upcoming/UpcomingDrawer'
import { useUpcoming } from '~/features/upcoming/useUpcoming'
import { FiguresPage } from '~/features/shell/FiguresPage'
import { formatRange } from '~/format/date'
import { shownCurrency } from '~/view/currency'
import { whenPhrase } from '~/view/figure'
import { rangeName } from '~/view/period'
import { partIn, partMark } from '~/view/groupLabels'
import type { BreakdownName } from '~/view/pageSearch'
import { compact } from '~/view/search'
import { churnStory } from '~/view/story'
import { useTitle } from '~/view/useTitle'
import type { View } from '~/view/useView'
import { useView } from '~/view/useView'

import { ScheduledCard } from './ScheduledCard'

const route = getRouteApi('/app/c/$connectionId/churn')
const NO_MARK = { mark_from: undefined, mark_to: undefined, mark_type: undefined, mark_of: undefined }

const KEY_FIGURES = [
  'customer_churn_rate',
  'gross_mrr_churn_rate',
  'net_mrr_churn_rate',
  'churned_customers',
  'voluntary_churn_rate',
  'involuntary_churn_rate',
]

const RATES = [
  { id: 'customer_churn_rate', colorToken: '--series-1' },
  { id: 'gross_mrr_churn_rate', colorToken: '--series-2' },
  { id: 'net_mrr_churn_rate', colorToken: '--series-3' },
]

/** Rates of MRR lost also have what got smaller in them. */
const isOfCustomers = (id: string) => id === 'customer_churn_rate'

const KINDS = [
  { id: 'voluntary_churn_rate', colorToken: '--churn', name: 'Voluntary' },
  { id: 'involuntary_churn_rate', colorToken: '--series-7', name: 'Involuntary (payment failed)' },
]

const LEAVING = ['mrr', 'ends', 'plans', 'revenue', 'first_paid'] as const

/** How much is lost, of what kind, why, what is about to be, and who it was. */
export function ChurnPage() {
  const view = useView()
  useTitle('Churn', view.connection.name)
  return (
    <FiguresPage appears="Churn rates appear" isOfMrr title="Churn" view={view}>
      <Churn view={view} />
    </FiguresPage>
  )
}

function useChurnStory(view: View): string | null {
  const rate = useFigureOf(view, 'customer_churn_rate')
  const customers = useFigureOf(view, 'churned_customers')
  const voluntary = useFigureOf(view, 'voluntary_churn_rate')
  const involuntary = useFigureOf(view, 'involuntary_churn_rate')
  return churnStory({
    when: whenPhrase('ratio', view.period),
    rate: rate?.value,
    before: rate?.before,
    customers: customers?.value,
    voluntary: voluntary?.value,
    involuntary: involuntary?.value,
  })
}

function Churn({ view }: { view: View }) {
  const navigate = route.useNavigate()
  const currency = shownCurrency(view)
  const name = rangeName(view.period)
  const ahead = useUpcoming()
  const open = useCallback(
    ({ start_on, end_on }: { start_on: string; end_on: string }, mark_type: MovementType | undefined, mark_of?: string) =>
      void navigate({
        search: (before) => compact({ ...before, mark_from: start_on, mark_to: end_on, mark_type, mark_of }),
        resetScroll: false,
      }),
    [navigate],
  )
  const { start, end } = view.period
  const openPart = (by: BreakdownName, key: string) => open({ start_on: start, end_on: end }, 'churn', partMark(by, key))
  return (
    <>
      <PageHead story={useChurnStory(view)} title="Churn" />
      <Tiles isAlone label="Key figures">
        {KEY_FIGURES.map((id) => (
          <MetricTile key={id} id={id} view={view} />
        ))}
      </Tiles>
      <MetricsChart
        chart="lines"
        hint="Click to see the customers"
        metrics={RATES}
        title={`Churn rates, ${name}`}
        view={view}
        onMark={(days, id) => open(days, id === '' || isOfCustomers(id) ? 'churn' : undefined)}
      />
      <Grid>
        <Cell span={6}>
          <MetricsChart
            chart="columns"
            height={240}
            hint="Click to see the customers"
            metric="customer_churn_rate"
            metrics={KINDS}
            title="Voluntary and involuntary churn"
            totalName="Customer churn rate"
            view={view}
            onMark={(days) => open(days, 'churn')}
          />
        </Cell>
        <Cell span={6}>
          <ScheduledCard view={view} onOpen={(days) => ahead.open('end', days)} />
        </Cell>
        <Breakdowns open={openPart} view={view} />
      </Grid>
      {!IS_SHARED && (
        <>
      <StandingCard
        columns={LEAVING}
        nothing="No customer is set to leave."
        status="canceling"
        title="Customers about to leave"
        view={view}
      />
      <MovementsCard currency={currency} title="Customers lost" type="churn" view={view} />
      <Behind view={view} />
      <UpcomingDrawer {...ahead.drawer} view={view} />
        </>
      )}
    </>
  )
}

function Breakdowns({ view, open }: { view: View; open: (by: BreakdownName, key: string) => void }) {
  const lead = formatRange(view.period.start, view.period.end)
  const shared = { view, metric: 'churned_customers', colorToken: '--churn', nothing: 'No customer churned in this range.', lead }
  const plans = `${lead}, including those who switched to another plan`
  return (
    <>
      <Cell span={6}>
        <RankingCard {...shared} beside="churned_mrr" by="churn_reason" onOpen={(key) => open('churn_reason', key)} head="Reason" title="Why customers left" />
      </Cell>
      <Cell span={6}>
        <RankingCard {...shared} beside="churned_mrr" by="feedback" onOpen={(key) => open('feedback', key)} head="Feedback" title="What customers said" />
      </Cell>
      <Cell span={6}>
        <RankingCard {...shared} by="plan" onOpen={(key) => open('plan', key)} head="Plan" isWhole={false} lead={plans} title="Customers who left a plan" />
      </Cell>
      <Cell span={6}>
        <RankingCard {...shared} by="country" onOpen={(key) => open('country', key)} head="Country" title="Churn by country" />
      </Cell>
    </>
  )
}

/** What is behind the mark that was clicked. */
function Behind({ view }: { view: View }) {
  const { mark_from: from, mark_to: to, mark_type: type, mark_of } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <MovementDrawer
      currency={shownCurrency(view) ?? 'usd'}
      days={from !== undefined && to !== undefined ? { from, to } : undefined}
      {...partIn(mark_of)}
      type={type}
      view={view}
      onClose={() => void navigate({ search: (before) => compact({ ...before, ...NO_MARK }), resetScroll: false })}
    />
  )
}
