import { IS_SHARED } from '~/api/visit'
import { Cell, Grid, Tiles } from '~/components/Grid'
import { PageHead } from '~/components/PageHead'
import { StandingCard } from '~/features/customers/StandingCard'
import { MetricsChart } from '~/features/metrics/MetricsChart'
import { MetricTile } from '~/features/metrics/MetricTile'
import { PeriodsCard } from '~/features/metrics/PeriodsCard'
import { RankingCard } from '~/features/metrics/RankingCard'
import { useFigureOf } from '~/features/metrics/useFigureOf'
import { FiguresPage } from '~/features/shell/FiguresPage'
import { MissingHere } from '~/features/shell/MissingHere'
import { formatRange } from '~/format/date'
import { shownCurrency } from '~/view/currency'
import { whenPhrase } from '~/view/figure'
import { rangeName } from '~/view/period'
import { paymentsStory } from '~/view/story'
import { useTitle } from '~/view/useTitle'
import type { View } from '~/view/useView'
import { useView } from '~/view/useView'

import { ExpiringCards } from './ExpiringCards'
import { PaymentsCard } from './PaymentsCard'

const KEY_FIGURES = [
  'payments_collected',
  'failed_amount',
  'recovered_amount',
  'recovery_rate',
  'failed_attempts',
  'at_risk_mrr',
  'disputes_opened',
  'disputes_lost',
]

const COLLECTED = [{ id: 'payments_collected', colorToken: '--series-1' }]

/** What failed at first, by what became of it. */
const FAILED = [
  { id: 'recovered_amount', colorToken: '--series-3', name: 'Recovered' },
  { id: 'failed_amount', colorToken: '--series-6', name: 'Not recovered', less: 'recovered_amount' },
]

const TABLE = [
  { id: 'payments_collected', name: 'Collected' },
  { id: 'failed_amount', name: 'Failed at first' },
  { id: 'recovered_amount', name: 'Recovered' },
  { id: 'recovery_rate' },
  { id: 'failed_invoices' },
  { id: 'failed_attempts' },
  { id: 'disputes_opened' },
  { id: 'disputes_lost' },
]

const NARROW = ['payments_collected', 'failed_amount']

const PARTS = ['charges', 'disputes', 'balance_transactions'] as const

const OWING = ['mrr', 'plans', 'revenue', 'last_payment'] as const

/** What was collected, what failed and came back, and what may fail next. */
export function PaymentsPage() {
  const view = useView()
  useTitle('Payments', view.connection.name)
  return (
    <FiguresPage appears="Payments appear" once="the first one is made" title="Payments" view={view}>
      <Payments view={view} />
    </FiguresPage>
  )
}

function usePaymentsStory(view: View): string | null {
  const collected = useFigureOf(view, 'payments_collected')
  const [failed, recovered] = [useFigureOf(view, 'failed_amount'), useFigureOf(view, 'recovered_amount')]
  return paymentsStory({
    when: whenPhrase('flow', view.period),
    currency: shownCurrency(view) ?? 'usd',
    collected: collected?.value,
    before: collected?.before,
    failed: failed?.value,
    recovered: recovered?.value,
  })
}

function Payments({ view }: { view: View }) {
  const story = usePaymentsStory(view)
  const isUnread = view.connection.absent.some(({ kind }) => kind === 'charge')
  const name = rangeName(view.period)
  return (
    <>
      {/* Without charges, there is nothing to say. */}
      <PageHead title="Payments" {...(isUnread ? {} : { story })} />
      <MissingHere parts={PARTS} view={view} />
      <Tiles isAlone label="Key figures">
        {KEY_FIGURES.map((id) => (
          <MetricTile key={id} id={id} view={view} />
        ))}
      </Tiles>
      <MetricsChart chart="columns" metrics={COLLECTED} title={`Payments collected, ${name}`} view={view} />
      <Grid>
        <Cell span={6}>
          <MetricsChart
            chart="columns"
            height={240}
            metric="failed_amount"
            metrics={FAILED}
            title="Invoices whose first payment failed"
            totalName="Failed at first"
            view={view}
          />
        </Cell>
        <Cell span={6}>
          <MetricsChart
            chart="line"
            height={240}
            metrics={[{ id: 'recovery_rate', colorToken: '--series-3' }]}
            note="By the day the first payment failed. Recent months rise as retries succeed."
            title="Recovery rate"
            view={view}
          />
        </Cell>
        <Cell span={6}>
          <MetricsChart
            chart="columns"
            height={220}
            metrics={[{ id: 'failed_attempts', colorToken: '--series-6' }]}
            title="Failed attempts"
            view={view}
          />
        </Cell>
        <Cell span={6}>
          <MetricsChart
            chart="columns"
            height={220}
            metrics={[{ id: 'disputes_opened', colorToken: '--series-4' }]}
            title="Disputes opened"
            view={view}
          />
        </Cell>
        <Cell span={6}>
          <RankingCard
            by="decline_code"
            colorToken="--series-6"
            head="Decline code"
            lead={formatRange(view.period.start, view.period.end)}
            metric="failed_attempts"
            nothing="No payment failed in this range."
            title="Why payments failed"
            view={view}
          />
        </Cell>
        <Cell span={6}>
          <RankingCard
            by="age"
            colorToken="--contraction"
            head="Failing for"
            lead="As of the end of the range"
            metric="at_risk_mrr"
            nothing="No MRR is at risk: no payment of a running subscription has failed."
            title="MRR at risk by age"
            view={view}
          />
        </Cell>
      </Grid>
      {!IS_SHARED && (
        <>
          <StandingCard
            columns={OWING}
            nothing="No customer is past due."
            status="past_due"
            title="Customers past due"
            view={view}
          />
          <ExpiringCards view={view} />
        </>
      )}
      <PeriodsCard metrics={TABLE} narrow={NARROW} title="Payments" view={view} />
      {!IS_SHARED && <PaymentsCard view={view} />}
    </>
  )
}
