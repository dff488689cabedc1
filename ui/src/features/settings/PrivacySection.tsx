import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '~/api/client'
import { connectionPath, settingsQuery } from '~/api/queries'
import type { Connection, Settings } from '~/api/types'
import { ConfirmDialog } from '~/components/ConfirmDialog'
import { Banner, ErrorState, SkeletonRows } from '~/components/Feedback'
import { Toggle } from '~/components/Toggle'

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
    </section>
  )
}

function GdprMode({ connection, settings }: { connection: Connection; settings: Settings }) {
  const [isAsking, setIsAsking] = useState(false)
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: (gdpr: boolean) =>
      api.put<Settings>(`${connectionPath(connection.id)}/settings`, { ...settings, gdpr }),
    onSuccess: async () => {
      setIsAsking(false)
      await client.invalidateQueries()
    },
  })
  return (
    <>
      <Toggle
        hint={GDPR_HINT}
        isDisabled={save.isPending}
        isSelected={settings.gdpr}
        label="GDPR mode"
        onChange={(isOn) => (isOn ? setIsAsking(true) : save.mutate(false))}
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
      {save.error && !isAsking && (
        <Banner title="The setting was not saved" tone="danger">
          {save.error.message}
        </Banner>
      )}
      <ConfirmDialog
        cancel="Keep them"
        confirm="Erase and switch on"
        error={save.error}
        failure="The setting was not saved"
        isOpen={isAsking}
        isPending={save.isPending}
        title="Erase what identifies customers?"
        onConfirm={() => save.mutate(true)}
        onOpenChange={setIsAsking}
      >
        Names, contact and card details and free text are erased from everything that was loaded, and never written again.
        Stripe’s ids, amounts and times stay, so every number stays what it is. Backups made before keep what was there then.
      </ConfirmDialog>
    </>
  )
}
