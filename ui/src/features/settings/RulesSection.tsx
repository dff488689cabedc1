import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'

import { api } from '~/api/client'
import {
  connectionPath,
  connectionsQuery,
  facetsQuery,
  ledgerKey,
  previewQuery,
  reviewKey,
  settingsQuery,
} from '~/api/queries'
import type { Connection, Settings } from '~/api/types'
import { Button } from '~/components/Button'
import { Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Select } from '~/components/Select'
import { Toggle } from '~/components/Toggle'

import { currencyChoices, WEEK_START, zoneChoices } from './choices'
import { CHURN_AT } from './churnAt'
import { PreviewTable } from './PreviewTable'

const isSame = (a: Settings, b: Settings) =>
  JSON.stringify(Object.entries(a).toSorted()) === JSON.stringify(Object.entries(b).toSorted())

export function RulesSection({ connection }: { connection: Connection }) {
  const settings = useQuery(settingsQuery(connection.id))
  return (
    <section aria-label="Metric rules" className="card p-5">
      <h2 className="text-lg font-semibold">How metrics are calculated</h2>
      {settings.error && !settings.data && <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />}
      {!settings.data && !settings.error && <SkeletonRows rows={6} />}
      {settings.data && <RulesForm key={JSON.stringify(settings.data)} connection={connection} saved={settings.data} />}
    </section>
  )
}

function RulesForm({ connection, saved }: { connection: Connection; saved: Settings }) {
  const [draft, setDraft] = useState(saved)
  const client = useQueryClient()
  const facets = useQuery(facetsQuery(connection.id))
  const path = `${connectionPath(connection.id)}/settings`
  const isChanged = !isSame(draft, saved)
  const preview = useQuery({ ...previewQuery(connection.id, saved, draft), enabled: isChanged })
  const apply = useMutation({
    mutationFn: () => api.put<Settings>(path, draft),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: settingsQuery(connection.id).queryKey }),
        client.invalidateQueries({ queryKey: connectionsQuery.queryKey }),
        client.invalidateQueries({ queryKey: ledgerKey(connection.id) }),
        client.invalidateQueries({ queryKey: reviewKey(connection.id) }),
      ])
    },
  })
  const change = (patch: Partial<Settings>) => setDraft((before) => ({ ...before, ...patch }))
  const zoneOptions = useMemo(() => zoneChoices(saved.time_zone), [saved.time_zone])
  const currencyOptions = [
    {
      id: '',
      label:
        saved.reporting_currency === null && connection.reporting_currency
          ? `Account default (${connection.reporting_currency.toUpperCase()})`
          : 'Account default',
    },
    ...currencyChoices(saved.reporting_currency, facets.data),
  ]
  return (
    <div className="mt-4 flex flex-col gap-5">
      <div className="grid grid-cols-1 gap-5 sm:grid-cols-2">
        <Select
          label="Count churn"
          options={CHURN_AT}
          value={draft.churn_at}
          onChange={(churn_at) => change({ churn_at })}
        />
        <Select
          label="Reporting currency"
          options={currencyOptions}
          value={draft.reporting_currency ?? ''}
          onChange={(code) => change({ reporting_currency: code === '' ? null : code })}
        />
        <Select
          hint="Days and months follow this time zone."
          label="Time zone"
          options={zoneOptions}
          value={draft.time_zone}
          onChange={(time_zone) => change({ time_zone })}
        />
        <Select
          label="Week starts on"
          options={WEEK_START}
          value={draft.week_start}
          onChange={(week_start) => change({ week_start })}
        />
      </div>
      <Toggle
        hint="Off by default, because usage varies from month to month."
        isSelected={draft.include_metered}
        label="Count metered usage as MRR"
        onChange={(include_metered) => change({ include_metered })}
      />
      <Toggle
        hint="Off by default. Active subscriptions without a bill, such as those moved from another system, count from their start at list price."
        isSelected={draft.count_unbilled ?? false}
        label="Count subscriptions that haven’t been billed yet"
        onChange={(count_unbilled) => change({ count_unbilled })}
      />
      {isChanged && (
        <div aria-live="polite" className="flex flex-col gap-4 rounded-xl border border-line p-4">
          <h3 className="font-semibold">What would change</h3>
          {preview.isPending && <SkeletonRows rows={4} />}
          {preview.error && <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />}
          {preview.data && <PreviewTable preview={preview.data} />}
          {apply.error && (
            <Banner title="The settings could not be saved" tone="danger">
              {apply.error.message}
            </Banner>
          )}
          <div className="flex flex-wrap gap-2">
            <Button isPending={apply.isPending} kind="primary" onPress={() => apply.mutate()}>
              Apply
            </Button>
            <Button kind="quiet" onPress={() => setDraft(saved)}>
              Discard
            </Button>
          </div>
        </div>
      )}
    </div>
  )
}
