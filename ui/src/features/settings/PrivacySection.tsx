import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '~/api/client'
import { connectionPath, settingsQuery } from '~/api/queries'
import type { Connection, Settings } from '~/api/types'
import { ConfirmDialog } from '~/components/ConfirmDialog'
import { Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Select } from '~/components/Field'
import { Toggle } from '~/components/Toggle'
import { countOf } from '~/format/number'

export const GDPR_HINT =
  'Names, e-mail addresses, phone numbers, addresses beyond the country, card details and free text are dropped before anything is written. The numbers are the same.'

/** What is kept of the people who pay. */
export function PrivacySection({ connection }: { connection: Connection }) {
  const settings = useQuery(settingsQuery(connection.id))
  return (
    <section aria-label="People’s data" className="card flex flex-col gap-4 p-5">
      <h2 className="text-lg font-semibold">People’s data</h2>
      {settings.error && !settings.data && <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />}
      {!settings.data && !settings.error && <SkeletonRows rows={2} />}
      {settings.data && <GdprMode connection={connection} settings={settings.data} />}
      {settings.data && !settings.data.gdpr && <Retention connection={connection} settings={settings.data} />}
    </section>
  )
}

/** One of the settings, with the others as they are; every page may show what it changes. */
function useSave(connection: Connection, settings: Settings, onSaved: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (change: Partial<Settings>) =>
      api.put<Settings>(`${connectionPath(connection.id)}/settings`, { ...settings, ...change }),
    onSuccess: async () => {
      onSaved()
      await client.invalidateQueries()
    },
  })
}

const NOT_SAVED = 'The setting was not saved'

function NotSaved({ error }: { error: Error | null }) {
  return (
    error && (
      <Banner title={NOT_SAVED} tone="danger">
        {error.message}
      </Banner>
    )
  )
}

const FOR_GOOD = 'good'
const PERIODS = [1, 3, 6, 12, 24, 36, 60, 120]

const nameOf = (months: number) => (months % 12 === 0 ? countOf(months / 12, 'year') : countOf(months, 'month'))

/** For how long names stay once a customer left. */
function Retention({ connection, settings }: { connection: Connection; settings: Settings }) {
  const [chosen, setChosen] = useState<number>()
  const save = useSave(connection, settings, () => setChosen(undefined))
  const months = settings.retention_months
  // One that was set through the API may be any.
  const periods = [...new Set([...PERIODS, ...(months === null ? [] : [months])])].toSorted((a, b) => a - b)
  return (
    <div className="flex flex-col gap-4 border-t border-line pt-5">
      <Select
        className="max-w-sm"
        hint="From the day after which nothing of theirs was billed or went on. Who comes back has a name again; numbers never change."
        label="Keep what identifies customers who left"
        options={[
          { id: FOR_GOOD, label: 'For good' },
          ...periods.map((months) => ({ id: String(months), label: `For ${nameOf(months)}` })),
        ]}
        value={months === null ? FOR_GOOD : String(months)}
        onChange={(choice) => (choice === FOR_GOOD ? save.mutate({ retention_months: null }) : setChosen(Number(choice)))}
      />
      {chosen === undefined && <NotSaved error={save.error} />}
      <ConfirmDialog
        cancel="Keep them"
        confirm="Erase and save"
        error={save.error}
        failure={NOT_SAVED}
        isOpen={chosen !== undefined}
        isPending={save.isPending}
        title={`Erase what identifies customers who left ${nameOf(chosen ?? 1)} ago?`}
        onConfirm={() => save.mutate({ retention_months: chosen ?? null })}
        onOpenChange={(isOpen) => setChosen(isOpen ? chosen : undefined)}
      >
        Names, contact and card details and free text of everybody who left longer ago are erased now, and from then on once a day.
        Stripe’s ids, amounts and times stay, so every number stays what it is. Backups made before keep what was there then.
      </ConfirmDialog>
    </div>
  )
}

function GdprMode({ connection, settings }: { connection: Connection; settings: Settings }) {
  const [isAsking, setIsAsking] = useState(false)
  const save = useSave(connection, settings, () => setIsAsking(false))
  return (
    <>
      <Toggle
        hint={GDPR_HINT}
        isDisabled={save.isPending}
        isSelected={settings.gdpr}
        label="GDPR mode"
        onChange={(isOn) => (isOn ? setIsAsking(true) : save.mutate({ gdpr: false }))}
      />
      {save.isSuccess && !settings.gdpr && (
        <Banner title="GDPR mode is off" tone="info">
          Names and contact details come back as objects change, not all at once.
        </Banner>
      )}
      {save.isSuccess && settings.gdpr && (
        <Banner title="GDPR mode is on" tone="good">
          What identifies a customer is being erased from everything that was loaded. The sync page shows when that is done.
        </Banner>
      )}
      {!isAsking && <NotSaved error={save.error} />}
      <ConfirmDialog
        cancel="Keep them"
        confirm="Erase and switch on"
        error={save.error}
        failure={NOT_SAVED}
        isOpen={isAsking}
        isPending={save.isPending}
        title="Erase what identifies customers?"
        onConfirm={() => save.mutate({ gdpr: true })}
        onOpenChange={setIsAsking}
      >
        Names, contact and card details and free text are erased from everything that was loaded, and never written again.
        Stripe’s ids, amounts and times stay, so every number stays what it is. Backups made before keep what was there then.
      </ConfirmDialog>
    </>
  )
}
