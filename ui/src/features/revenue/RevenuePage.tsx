import { Cell, Grid, Tiles } from '~/components/Grid'
import { PageHead } from '~/components/PageHead'
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
import { revenueStory } from '~/view/story'
import { useTitle } from '~/view/useTitle'
import type { View } from '~/view/useView'
import { useView } from '~/view/useView'

import { WaterfallCard } from './WaterfallCard'

const KEY_FIGURES = [
  'net_revenue',
  'gross_revenue',
  'refunds',
  'credit_notes',
  'refund_rate',
  'average_revenue_per_customer',
  'fees',
  'net_cash',
]

/** What net revenue is made of; the sum of the three. */
const PARTS = [
  { id: 'gross_revenue', colorToken: '--series-1' },
  { id: 'refunds', colorToken: '--series-6', isLoss: true },
  { id: 'credit_notes', colorToken: '--series-2', isLoss: true },
]

const CASH = [
  { id: 'net_cash', colorToken: '--series-3' },
  { id: 'fees', colorToken: '--series-8' },
]

const TABLE = [
  { id: 'gross_revenue' },
  { id: 'refunds' },
  { id: 'credit_notes' },
  { id: 'net_revenue' },
  { id: 'fees' },
  { id: 'net_cash' },
  { id: 'average_revenue_per_customer' },
  { id: 'refund_rate' },
]

const NARROW = ['gross_revenue', 'net_revenue']

/** With native currencies, revenue is in what customers paid in, and cash in what the balance is kept in. */
const SETTLED = 'In the currency of your balance, including payments in other currencies that were converted into it.'

const LACKING = ['charges', 'refunds', 'credit_notes', 'balance_transactions'] as const

/** What was paid, what went back, and what is left of it. */
export function RevenuePage() {
  const view = useView()
  useTitle('Revenue', view.connection.name)
  return (
    <FiguresPage appears="Revenue appears" once="the first payment is collected" title="Revenue" view={view}>
      <Revenue view={view} />
    </FiguresPage>
  )
}

function useRevenueStory(view: View): string | null {
  const [net, gross, refunds] = [useFigureOf(view, 'net_revenue'), useFigureOf(view, 'gross_revenue'), useFigureOf(view, 'refunds')]
  return revenueStory({
    when: whenPhrase('flow', view.period),
    currency: shownCurrency(view) ?? 'usd',
    net: net?.value,
    before: net?.before,
    gross: gross?.value,
    refunds: refunds?.value,
  })
}

function Revenue({ view }: { view: View }) {
  const name = rangeName(view.period)
  const days = formatRange(view.period.start, view.period.end)
  const hasSeveral = (view.facets?.currencies.length ?? 0) > 1
  const isConverted = view.currency !== 'native' && hasSeveral
  const nothing = 'No revenue in this range.'
  return (
    <>
      <PageHead story={useRevenueStory(view)} title="Revenue" />
      <MissingHere parts={LACKING} view={view} />
      <Tiles isAlone label="Key figures">
        {KEY_FIGURES.map((id) => (
          <MetricTile key={id} id={id} view={view} />
        ))}
      </Tiles>
      <Grid>
        <Cell span={8}>
          <MetricsChart
            chart="columns"
            metric="net_revenue"
            metrics={PARTS}
            title={`Revenue, ${name}`}
            totalName="Net revenue"
            view={view}
          />
        </Cell>
        <Cell span={4}>
          <WaterfallCard metrics={PARTS} view={view} />
        </Cell>
        <Cell>
          <MetricsChart
            chart="lines"
            height={240}
            metrics={CASH}
            {...(hasSeveral && !isConverted ? { note: SETTLED } : {})}
            title={`Net cash and fees, ${name}`}
            view={view}
          />
        </Cell>
        <Cell span={6}>
          <MetricsChart
            chart="line"
            height={220}
            metrics={[{ id: 'average_revenue_per_customer', colorToken: '--series-1' }]}
            title="Average revenue per customer"
            view={view}
          />
        </Cell>
        <Cell span={6}>
          <MetricsChart
            chart="line"
            height={220}
            metrics={[{ id: 'refund_rate', colorToken: '--series-6' }]}
            title="Refund rate"
            view={view}
          />
        </Cell>
      </Grid>
      <PeriodsCard metrics={TABLE} narrow={NARROW} title="Revenue" view={view} />
      <Grid>
        <Cell span={isConverted ? 6 : 12}>
          <RankingCard by="country" head="Country" metric="net_revenue" nothing={nothing} title="Net revenue by country" view={view} lead={days} />
        </Cell>
        {isConverted && (
          <Cell span={6}>
            <RankingCard by="currency" head="Currency" metric="net_revenue" nothing={nothing} title="Net revenue by currency" view={view} lead={days} />
          </Cell>
        )}
      </Grid>
    </>
  )
}
