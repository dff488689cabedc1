import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '~/api/client'
import { connectionPath } from '~/api/queries'
import type { Connection, ErasureReceipt } from '~/api/types'
import { Button } from '~/components/Button'
import { ConfirmDialog } from '~/components/ConfirmDialog'
import { Banner } from '~/components/Feedback'
import { formatInstant } from '~/format/date'
import { countOf } from '~/format/number'

/** A person's request to be forgotten, done at once and with proof. */
export function Erase({ connection, customerId }: { connection: Connection; customerId: string }) {
  const [isAsking, setIsAsking] = useState(false)
  const client = useQueryClient()
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
            Erase this customer’s name, contact and card details for good. No number changes.
          </p>
        </div>
        <Button kind="danger" onPress={() => setIsAsking(true)}>
          Erase …
        </Button>
      </div>
      {erase.data && (
        <Banner title="The personal data is erased" tone="good">
          On {formatInstant(erase.data.erased_at, connection.time_zone)}, from{' '}
          {Object.entries(erase.data.objects)
            .map(([kind, count]) => countOf(count, kind.replaceAll('_', ' ')))
            .join(', ')}
          . What Stripe sends of this customer later is stripped as it comes. Erase the customer in Stripe too.
        </Banner>
      )}
      <ConfirmDialog
        cancel="Keep it"
        confirm="Erase for good"
        error={erase.error}
        failure="Nothing was erased"
        isOpen={isAsking}
        isPending={erase.isPending}
        title="Erase this customer’s personal data?"
        onConfirm={() => erase.mutate()}
        onOpenChange={setIsAsking}
      >
        Name, e-mail, phone, address beyond the country, card details and free text go from everything that was loaded, and
        cannot be brought back. Stripe’s ids, amounts and times stay, so MRR and revenue stay what they are.
      </ConfirmDialog>
    </section>
  )
}
