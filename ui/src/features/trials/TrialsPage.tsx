import { useQuery } from '@tanstack/react-query'

import { explainMetricQuery } from '~/api/queries'
import { IS_SHARED } from '~/api/visit'
import { Cell, Grid, Tiles } from '~/components/Grid'
import { PageHead } from '~/components/PageHead'
import { StandingCard } from '~/features/customers/StandingCard'
import { MetricsChart } from '~/features/metrics/MetricsChart'
import { MetricTile } from '~/features/metrics/MetricTile'
import { PeriodsCard } from '~/features/metrics/PeriodsCard'
import { useFigureOf } from '~/features/metrics/useFigureOf'
import { UpcomingDrawer } from '~/features/upcoming/UpcomingDrawer'
import { useUpcoming } from '~/features/upcoming/useUpcoming'
import { FiguresPage } from '~/features/shell/FiguresPage'
import { countOf, formatCount } from '~/format/number'
import { shownCurrency } from '~/view/currency'
import { whenPhrase } from '~/view/figure'
import { rangeName } from '~/view/period'
import { trialsStory } from '~/view/story'
import { useTitle } from '~/view/useTitle'
import type { View } from '~/view/useView'
import { useView } from '~/view/useView'

import { EndingCard } from './EndingCard'
import { PlansCard } from './PlansCard'

const KEY_FIGURES = ['trials_started', 'trials_converted', 'trial_conversion_rate', 'days_to_convert', 'trial_mrr']

/** The trials that started in a period, by what has become of them. */
const STARTED = [
  { id: 'trials_converted', colorToken: '--new', name: 'Converted' },
  { id: 'trials_started', colorToken: '--line-strong', name: 'Not converted, or not yet', less: 'trials_converted' },
]

const TABLE = [
  { id: 'trials_started', name: 'Started' },
  { id: 'trials_converted', name: 'Converted' },
  { id: 'trial_conversion_rate', name: 'Rate' },
  { id: 'days_to_convert' },
  { id: 'trial_mrr' },
]

const NARROW = ['trials_started', 'trials_converted', 'trial_conversion_rate']

/** Not the plan: a customer’s plans are those with MRR, and the card above names what is being tried. */
const TRYING = ['created', 'country'] as const

/** How many try, how many stay, and what the running trials would be worth. */
export function TrialsPage() {
  const view = useView()
  useTitle('Trials', view.connection.name)
  return (
    <FiguresPage appears="Trials appear" once="the first one starts" title="Trials" view={view}>
      <Trials view={view} />
    </FiguresPage>
  )
}

function useTrialsStory(view: View): string | null {
  const [started, converted] = [useFigureOf(view, 'trials_started'), useFigureOf(view, 'trials_converted')]
  const running = useFigureOf(view, 'trial_mrr')
  return trialsStory({
    when: whenPhrase('flow', view.period),
    currency: shownCurrency(view) ?? 'usd',
    started: started?.value,
    converted: converted?.value,
    running_minor: view.period.is_running ? running?.value : undefined,
  })
}

/** `2 of 3 trials are still running.` Their rate says little yet. */
function useStillRunning(view: View): string | undefined {
  const currency = shownCurrency(view)
  const { start, end } = view.period.focus
  const native = view.currency === 'native' && currency ? { filter_currency: [currency] } : {}
  const query = { from: start, to: end > view.today ? view.today : end, ...view.scope, ...native }
  const explained = useQuery({
    ...explainMetricQuery(view.connection.id, 'trial_conversion_rate', query),
    enabled: !IS_SHARED && currency !== undefined,
  })
  const parts = explained.data?.series.find((one) => one.currency === currency)?.parts
  const part = (id: string) => parts?.find((one) => one.id === id)?.value ?? 0
  const [started, running] = [part('trials_started'), part('trials_running')]
  if (running === 0) return undefined
  const of = `${formatCount(running)} of ${countOf(started, 'trial')}`
  return `${of} started ${whenPhrase('flow', view.period)} ${running === 1 ? 'is' : 'are'} still running.`
}

function Trials({ view }: { view: View }) {
  const name = rangeName(view.period)
  // It is made of counts alone.
  const hasPlans = !view.connection.shared?.hides_counts
  const { open, drawer } = useUpcoming()
  const stillRunning = useStillRunning(view)
  return (
    <>
      <PageHead story={useTrialsStory(view)} title="Trials" />
      <Tiles isAlone label="Key figures">
        {KEY_FIGURES.map((id) => (
          <MetricTile key={id} id={id} view={view} />
        ))}
      </Tiles>
      {!IS_SHARED && <EndingCard view={view} onOpen={(days) => open('trial_end', days)} />}
      <Grid>
        <Cell span={hasPlans ? 8 : 12}>
          <MetricsChart
            chart="columns"
            metric="trials_started"
            metrics={STARTED}
            note="By the day each trial started. Recent periods include trials that are still running."
            title={`Trials started, ${name}`}
            totalName="Started"
            view={view}
          />
        </Cell>
        {hasPlans && (
          <Cell span={4}>
            <PlansCard view={view} />
          </Cell>
        )}
        <Cell span={4}>
          <MetricsChart
            chart="line"
            height={220}
            metrics={[{ id: 'trial_conversion_rate', colorToken: '--new' }]}
            title="Conversion rate"
            view={view}
            {...(stillRunning ? { note: stillRunning } : {})}
          />
        </Cell>
        <Cell span={4}>
          <MetricsChart
            chart="line"
            height={220}
            metrics={[{ id: 'days_to_convert', colorToken: '--series-2' }]}
            title="Days to convert"
            view={view}
          />
        </Cell>
        <Cell span={4}>
          <MetricsChart
            chart="line"
            height={220}
            metrics={[{ id: 'trial_mrr', colorToken: '--series-1' }]}
            title="MRR of running trials"
            view={view}
          />
        </Cell>
      </Grid>
      {!IS_SHARED && (
        <StandingCard
          columns={TRYING}
          nothing="Nobody is on a trial."
          sort="-created"
          status="trialing"
          title="Customers on a trial"
          view={view}
        />
      )}
      <PeriodsCard metrics={TABLE} narrow={NARROW} title="Trials" view={view} />
      {!IS_SHARED && <UpcomingDrawer {...drawer} view={view} />}
    </>
  )
}
