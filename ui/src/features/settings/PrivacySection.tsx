import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '~/api/client'
import { connectionPath, settingsQuery } from '~/api/queries'
import type { Connection, Settings } from '~/api/types'
import { ConfirmDialog } from '~/components/ConfirmDialog'
import { Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Select } from '~/components/Select'
import { Toggle } from '~/components/Toggle'
import { countOf } from '~/format/number'

export const GDPR_HINT =
  'Names, email addresses, phone numbers, addresses (except the country), card details and free text are removed before anything is saved. Figures stay the same.'

/** What is kept about the people who pay. */
export function PrivacySection({ connection }: { connection: Connection }) {
  const settings = useQuery(settingsQuery(connection.id))
  return (
    <section aria-label="Personal data" className="card flex flex-col gap-4 p-5">
      <h2 className="text-lg font-semibold">Personal data</h2>
      {settings.error && !settings.data && <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />}
      {!settings.data && !settings.error && <SkeletonRows rows={2} />}
      {settings.data && <GdprMode connection={connection} settings={settings.data} />}
      {settings.data && !settings.data.gdpr && <Retention connection={connection} settings={settings.data} />}
    </section>
  )
}

/** Saves one of the settings and leaves the others as they are. Every page may show what it changes. */
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

const NOT_SAVED = 'The setting could not be saved'

function NotSaved({ error }: { error: Error | null }) {
  return (
    error && (
      <Banner title={NOT_SAVED} tone="danger">
        {error.message}
      </Banner>
    )
  )
}

const FOREVER = 'forever'
const PERIODS = [1, 3, 6, 12, 24, 36, 60, 120]

const nameOf = (months: number) => (months % 12 === 0 ? countOf(months / 12, 'year') : countOf(months, 'month'))

/** How long personal data stays after a customer has left. */
function Retention({ connection, settings }: { connection: Connection; settings: Settings }) {
  const [chosen, setChosen] = useState<number>()
  const save = useSave(connection, settings, () => setChosen(undefined))
  const months = settings.retention_months
  // The API takes any number of months.
  const periods = [...new Set([...PERIODS, ...(months === null ? [] : [months])])].toSorted((a, b) => a - b)
  return (
    <div className="flex flex-col gap-4 border-t border-line pt-5">
      <Select
        className="max-w-sm"
        hint="Counted from the customer’s last activity. If a customer returns, their details come back. Figures never change."
        label="Keep personal data of former customers"
        options={[
          { id: FOREVER, label: 'Forever' },
          ...periods.map((months) => ({ id: String(months), label: `For ${nameOf(months)}` })),
        ]}
        value={months === null ? FOREVER : String(months)}
        onChange={(choice) => (choice === FOREVER ? save.mutate({ retention_months: null }) : setChosen(Number(choice)))}
      />
      {chosen === undefined && <NotSaved error={save.error} />}
      <ConfirmDialog
        cancel="Cancel"
        confirm="Erase and save"
        error={save.error}
        failure={NOT_SAVED}
        isOpen={chosen !== undefined}
        isPending={save.isPending}
        title={`Erase personal data of customers who left over ${nameOf(chosen ?? 1)} ago?`}
        onConfirm={() => save.mutate({ retention_months: chosen ?? null })}
        onOpenChange={(isOpen) => setChosen(isOpen ? chosen : undefined)}
      >
        Names, contact and card details and free text of these customers are erased now, and then once a day. IDs, amounts and times
        stay, so figures don’t change. Existing backups still contain the data.
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
          Names and contact details come back as customers change, not all at once.
        </Banner>
      )}
      {save.isSuccess && settings.gdpr && (
        <Banner title="GDPR mode is on" tone="good">
          Personal data is being erased from all imported data. The Sync page shows when that is done.
        </Banner>
      )}
      {!isAsking && <NotSaved error={save.error} />}
      <ConfirmDialog
        cancel="Cancel"
        confirm="Erase and turn on"
        error={save.error}
        failure={NOT_SAVED}
        isOpen={isAsking}
        isPending={save.isPending}
        title="Erase all personal data?"
        onConfirm={() => save.mutate({ gdpr: true })}
        onOpenChange={setIsAsking}
      >
        Names, contact and card details and free text are erased from all imported data and never saved again. IDs, amounts and
        times stay, so figures don’t change. Existing backups still contain the data.
      </ConfirmDialog>
    </>
  )
}
