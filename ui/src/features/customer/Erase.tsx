import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '~/api/client'
import { connectionPath, workspaceSettingsQuery } from '~/api/queries'
import type { Connection, ErasureReceipt } from '~/api/types'
import { Button } from '~/components/Button'
import { ConfirmDialog } from '~/components/ConfirmDialog'
import { Banner } from '~/components/Feedback'
import { formatInstant } from '~/format/date'
import { countOf } from '~/format/number'
import { sourceOf } from '~/sources'

/** Answers a person's request to be forgotten, at once and with a receipt. */
export function Erase({ connection, customerId }: { connection: Connection; customerId: string }) {
  const [isAsking, setIsAsking] = useState(false)
  const client = useQueryClient()
  const joining = useQuery(workspaceSettingsQuery)
  const { name } = sourceOf(connection)
  const path = `${connectionPath(connection.id)}/customers/${encodeURIComponent(customerId)}/erase`
  const erase = useMutation({
    mutationFn: () => api.post<ErasureReceipt>(path),
    onSuccess: async () => {
      setIsAsking(false)
      await client.invalidateQueries()
    },
  })
  return (
    <section aria-label="Personal data" className="card flex flex-col gap-4 p-5">
      <div className="flex flex-wrap items-center gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <h2 className="font-semibold">Personal data</h2>
          <p className="text-sm text-ink-soft">
            Permanently erase this customer’s name, contact and card details. Figures stay the same.
            {joining.data?.join_by_email &&
              ' In the figures of all accounts, the customer is no longer joined with others of the same email address.'}
          </p>
        </div>
        <Button kind="danger" onPress={() => setIsAsking(true)}>
          Erase…
        </Button>
      </div>
      {erase.data && (
        <Banner title="Personal data erased" tone="good">
          {formatInstant(erase.data.erased_at, connection.time_zone)}:{' '}
          {Object.entries(erase.data.objects)
            .map(([kind, count]) => countOf(count, kind.replaceAll('_', ' ')))
            .join(', ')}
          . Anything {name} sends about this customer from now on is stripped before it is saved. Erase the customer in {name} too.
        </Banner>
      )}
      <ConfirmDialog
        cancel="Cancel"
        confirm="Erase permanently"
        error={erase.error}
        failure="Nothing was erased"
        isOpen={isAsking}
        isPending={erase.isPending}
        title="Erase this customer’s personal data?"
        onConfirm={() => erase.mutate()}
        onOpenChange={setIsAsking}
      >
        Name, email, phone, address (except the country), card details and free text are deleted from all imported data and can’t
        be restored. IDs, amounts and times stay, so MRR and revenue don’t change.
      </ConfirmDialog>
    </section>
  )
}
