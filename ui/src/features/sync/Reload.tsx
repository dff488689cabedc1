import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api } from '~/api/client'
import { connectionPath } from '~/api/queries'
import type { Connection } from '~/api/types'
import { Button } from '~/components/Button'
import { ConfirmDialog } from '~/components/ConfirmDialog'
import { sourceOf } from '~/sources'

/** Discards the local copy and imports everything again, for data that is corrupted or looks wrong. */
export function Reload({ connection, size }: { connection: Connection; size?: 'small' }) {
  const [isOpen, setIsOpen] = useState(false)
  const client = useQueryClient()
  const reload = useMutation({
    mutationFn: () => api.post(`${connectionPath(connection.id)}/reload`),
    onSuccess: async () => {
      setIsOpen(false)
      // No figure is what it was.
      await client.invalidateQueries()
    },
  })
  return (
    <>
      <Button size={size} onPress={() => setIsOpen(true)}>
        Reload all data…
      </Button>
      <ConfirmDialog
        cancel="Cancel"
        confirm="Reload all data"
        error={reload.error}
        failure="The reload could not be started"
        isOpen={isOpen}
        isPending={reload.isPending}
        title={`Reload all data of ${connection.name}?`}
        onConfirm={() => reload.mutate()}
        onOpenChange={setIsOpen}
      >
        The local copy is deleted and everything is imported from {sourceOf(connection).name} again, newest first. Figures are
        incomplete until then. Settings and the key stay, and so do erasures and the list of restatements as far as they can be read.
      </ConfirmDialog>
    </>
  )
}
