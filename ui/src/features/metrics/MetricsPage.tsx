import { useQuery } from '@tanstack/react-query'

import { registryQuery } from '~/api/queries'
import type { MetricDefinition, MetricGroup } from '~/api/types'
import { Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Tiles } from '~/components/Grid'
import { PageHead } from '~/components/PageHead'
import { isNothingKnown } from '~/features/shell/NoFigures'
import { againstName, ofName } from '~/view/figure'
import type { Period } from '~/view/period'
import { useTitle } from '~/view/useTitle'
import { useView } from '~/view/useView'

import { MetricTile } from './MetricTile'

const GROUP_LABEL: Record<MetricGroup, string> = {
  mrr: 'MRR',
  customers: 'Customers',
  churn: 'Churn',
  retention: 'Retention',
  trials: 'Trials',
  risk: 'At risk',
  revenue: 'Revenue',
  payments: 'Payments',
}

interface Section {
  label: string
  metrics: MetricDefinition[]
}

/** The registry's rows by what they are of, in the registry's order within each. */
function sectionsOf(registry: readonly MetricDefinition[]): Section[] {
  return (Object.keys(GROUP_LABEL) as MetricGroup[])
    .map((group) => ({ label: GROUP_LABEL[group], metrics: registry.filter((metric) => metric.group === group) }))
    .filter(({ metrics }) => metrics.length > 0)
}

/** What the tiles are of, said once for all of them. */
function leadOf(period: Period): string {
  const [level, flow] = [againstName('level', period), againstName('flow', period)]
  const now = period.is_running ? 'now' : `on ${ofName('level', period)}`
  const of = ofName('flow', period)
  if (level === null || flow === null) return `Levels are as of ${now}; rates and amounts are for ${of}.`
  return `Levels are as of ${now}, compared with ${level.replace(/^end of/, 'the end of')}; rates and amounts are for ${of}, compared with ${flow}.`
}

/** Every metric there is. */
export function MetricsPage() {
  const view = useView()
  const registry = useQuery(registryQuery)
  useTitle('Metrics', view.connection.name)
  return (
    <>
      <PageHead lead={leadOf(view.period)} title="Metrics" />
      {registry.error && <ErrorState error={registry.error} onRetry={() => void registry.refetch()} />}
      {isNothingKnown(view) && (
        <Banner title="No subscriptions have been billed in this account yet">
          Figures appear as soon as the first invoice with a recurring price is paid.
        </Banner>
      )}
      {registry.isPending && <SkeletonRows rows={12} />}
      {sectionsOf(registry.data ?? []).map(({ label, metrics }) => (
        <div key={label} className="flex flex-col gap-3">
          <h2 className="text-lg font-semibold">{label}</h2>
          <Tiles label={label}>
            {metrics.map(({ id }) => (
              <MetricTile key={id} id={id} view={view} />
            ))}
          </Tiles>
        </div>
      ))}
    </>
  )
}
