import { useQuery } from '@tanstack/react-query'

import { settingsQuery } from '~/api/queries'
import type { Connection } from '~/api/types'
import { ASK_ADMIN } from '~/components/AskAdmin'
import { Fact } from '~/components/Fact'
import { ErrorState, SkeletonRows } from '~/components/Feedback'
import { capital } from '~/format/names'
import { countOf } from '~/format/number'

import { CHURN_AT } from './churnAt'

const onOff = (isOn: boolean) => (isOn ? 'On' : 'Off')

/** By which rules the figures are calculated, for a reader who can't change them. */
export function SettingsSummary({ connection }: { connection: Connection }) {
  const settings = useQuery(settingsQuery(connection.id))
  const rules = settings.data
  const currency = rules?.reporting_currency ?? connection.reporting_currency
  return (
    <section aria-label="Metric rules" className="card flex flex-col gap-4 p-5">
      <div>
        <h2 className="text-lg font-semibold">How metrics are calculated</h2>
        <p className="text-sm text-ink-soft">Only owners and admins can change this. {ASK_ADMIN}</p>
      </div>
      {settings.error && !rules && <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />}
      {!rules && !settings.error && <SkeletonRows rows={4} />}
      {rules && (
        <dl className="grid grid-cols-1 gap-x-6 gap-y-3 text-sm sm:grid-cols-2">
          <Fact label="Count churn" value={CHURN_AT.find(({ id }) => id === rules.churn_at)?.label ?? rules.churn_at} />
          <Fact label="Reporting currency" value={currency?.toUpperCase() ?? 'Account default'} />
          <Fact label="Time zone" value={rules.time_zone.replaceAll('_', ' ')} />
          <Fact label="Week starts on" value={capital(rules.week_start)} />
          <Fact label="Count metered usage as MRR" value={onOff(rules.include_metered)} />
          <Fact label="Count subscriptions that haven’t been billed yet" value={onOff(rules.count_unbilled ?? false)} />
          <Fact label="GDPR mode" value={onOff(rules.gdpr)} />
          <Fact
            label="Keep personal data of former customers"
            value={rules.retention_months === null ? 'Forever' : `For ${countOf(rules.retention_months, 'month')}`}
          />
        </dl>
      )}
    </section>
  )
}
