import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '~/api/client'
import { connectionPath } from '~/api/queries'
import type { Connection } from '~/api/types'
import { Button } from '~/components/Button'
import { ConfirmDialog } from '~/components/ConfirmDialog'

/** Lets go of what was loaded, for data that is damaged or trusted no more. */
export function Reload({ connection, size }: { connection: Connection; size?: 'small' }) {
  const [isOpen, setIsOpen] = useState(false)
  const client = useQueryClient()
  const reload = useMutation({
    mutationFn: () => api.post(`${connectionPath(connection.id)}/reload`),
    onSuccess: async () => {
      setIsOpen(false)
      // No number is what it was.
      await client.invalidateQueries()
    },
  })
  return (
    <>
      <Button size={size} onPress={() => setIsOpen(true)}>
        Load again …
      </Button>
      <ConfirmDialog
        cancel="Keep what is here"
        confirm="Load everything again"
        error={reload.error}
        failure="It was not begun"
        isOpen={isOpen}
        isPending={reload.isPending}
        title={`Load ${connection.name} again?`}
        onConfirm={() => reload.mutate()}
        onOpenChange={setIsOpen}
      >
        Everything that was loaded is deleted here and loaded from Stripe again, the newest first; until that is done, numbers are not
        whole. Settings and the key stay, and erasures and the list of restatements as far as they can be read.
      </ConfirmDialog>
    </>
  )
}
