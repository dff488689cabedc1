import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'

import { api, failureText } from '~/api/client'
import { connectionsQuery, facetsQuery, ledgerKey, workspaceSettingsQuery } from '~/api/queries'
import type { Connection, WorkspaceSettings } from '~/api/types'
import { Button } from '~/components/Button'
import { Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Select } from '~/components/Select'

import { currencyChoices, WEEK_START, zoneChoices } from './choices'

/** What is not set for all accounts is as for the first. */
const AS_FIRST = ''

/** What this section is about. The rules for joining customers have a section of their own, and stay as they are. */
type ShownTogether = Pick<WorkspaceSettings, 'reporting_currency' | 'time_zone' | 'week_start'>

const shownIn = ({ reporting_currency, time_zone, week_start }: WorkspaceSettings): ShownTogether => ({ reporting_currency, time_zone, week_start })

/** How all accounts of the workspace are shown together. */
export function TogetherSection({ connection }: { connection: Connection }) {
  const settings = useQuery(workspaceSettingsQuery)
  return (
    <section aria-label="All accounts together" className="card p-5">
      <h2 className="text-lg font-semibold">All accounts together</h2>
      {settings.error && !settings.data && <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />}
      {!settings.data && !settings.error && <SkeletonRows rows={3} />}
      {settings.data && (
        <TogetherForm key={JSON.stringify(shownIn(settings.data))} connection={connection} saved={shownIn(settings.data)} />
      )}
    </section>
  )
}

function TogetherForm({ connection, saved }: { connection: Connection; saved: ShownTogether }) {
  const [draft, setDraft] = useState(saved)
  const client = useQueryClient()
  const facets = useQuery(facetsQuery(connection.id))
  const { data: all = [] } = useQuery(connectionsQuery)
  const first = all.find(({ id }) => id === connection.parts[0])
  const save = useMutation({
    mutationFn: () => api.put<WorkspaceSettings>('/workspace/settings', draft),
    onSuccess: () =>
      Promise.all(
        [workspaceSettingsQuery.queryKey, connectionsQuery.queryKey, ledgerKey(connection.id)].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      ),
  })
  const zones = useMemo(() => zoneChoices(saved.time_zone ?? 'UTC'), [saved.time_zone])
  const asFirst = (value: string | null | undefined) => ({
    id: AS_FIRST,
    label: value ? `As for the first account (${value})` : 'As for the first account',
  })
  const change = (patch: Partial<ShownTogether>) => {
    save.reset()
    setDraft((before) => ({ ...before, ...patch }))
  }
  const firstWeek = WEEK_START.find(({ id }) => id === first?.week_start)
  const isChanged = JSON.stringify(draft) !== JSON.stringify(saved)
  return (
    <form
      className="mt-4 flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <div className="grid grid-cols-1 gap-5 sm:grid-cols-2">
        <Select
          label="Reporting currency"
          options={[asFirst(first?.reporting_currency?.toUpperCase()), ...currencyChoices(saved.reporting_currency, facets.data)]}
          value={draft.reporting_currency ?? AS_FIRST}
          onChange={(code) => change({ reporting_currency: code === AS_FIRST ? null : code })}
        />
        <Select
          hint="Days and months follow this time zone."
          label="Time zone"
          options={[asFirst(first?.time_zone.replaceAll('_', ' ')), ...zones]}
          value={draft.time_zone ?? AS_FIRST}
          onChange={(zone) => change({ time_zone: zone === AS_FIRST ? null : zone })}
        />
        <Select
          label="Week starts on"
          options={[asFirst(firstWeek?.label), ...WEEK_START]}
          value={draft.week_start ?? AS_FIRST}
          onChange={(day) => change({ week_start: WEEK_START.find(({ id }) => id === day)?.id ?? null })}
        />
      </div>
      {save.error && (
        <Banner title="The settings could not be saved" tone="danger">
          {failureText(save.error)}
        </Banner>
      )}
      <div className="flex flex-wrap gap-2">
        <Button isDisabled={!isChanged} isPending={save.isPending} kind="primary" type="submit">
          Save
        </Button>
        {isChanged && (
          <Button kind="quiet" onPress={() => setDraft(saved)}>
            Discard
          </Button>
        )}
      </div>
    </form>
  )
}
