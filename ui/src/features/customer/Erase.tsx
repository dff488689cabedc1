import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '~/api/client'
import type { Connection, ErasureReceipt } from '~/api/types'
import { Button } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { Dialog } from '~/components/Overlay'
import { formatInstant } from '~/format/date'
import { countOf } from '~/format/number'

/** A person's request to be forgotten, done at once and with proof. */
export function Erase({ connection, customerId }: { connection: Connection; customerId: string }) {
  const [isAsking, setIsAsking] = useState(false)
  const client = useQueryClient()
  const path = `/connections/${encodeURIComponent(connection.id)}/customers/${encodeURIComponent(customerId)}/erase`
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
      <Dialog isOpen={isAsking} title="Erase this customer’s personal data?" onOpenChange={setIsAsking}>
        <div className="flex flex-col gap-4">
          <p className="text-sm text-ink-soft">
            Name, e-mail, phone, address beyond the country, card details and free text go from everything that was loaded, and
            cannot be brought back. Stripe’s ids, amounts and times stay, so MRR and revenue stay what they are.
          </p>
          {erase.error && (
            <Banner title="Nothing was erased" tone="danger">
              {erase.error.message}
            </Banner>
          )}
          <div className="flex flex-wrap justify-end gap-2">
            <Button kind="quiet" onPress={() => setIsAsking(false)}>
              Keep it
            </Button>
            <Button isPending={erase.isPending} kind="danger" onPress={() => erase.mutate()}>
              Erase for good
            </Button>
          </div>
        </div>
      </Dialog>
    </section>
  )
}
