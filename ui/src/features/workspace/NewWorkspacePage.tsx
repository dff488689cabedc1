import { useMutation } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'

import { api, failureText } from '~/api/client'
import type { Workspace } from '~/api/types'
import { Button } from '~/components/Button'
import { TextField } from '~/components/Field'
import { PageHead } from '~/components/PageHead'
import { enterWorkspace } from '~/view/enterWorkspace'
import { useTitle } from '~/view/useTitle'

export function NewWorkspacePage() {
  useTitle('Create workspace')
  const router = useRouter()
  const [name, setName] = useState('')
  const create = useMutation({
    mutationFn: () => api.post<Workspace>('/workspaces', { name: name.trim() }),
    onSuccess: ({ id }) => enterWorkspace(id),
  })
  return (
    <div className="mx-auto flex w-full max-w-xl flex-col gap-5">
      <PageHead
        lead="A workspace has its own connections, members and tokens. Members see only the workspaces that they belong to."
        title="Create workspace"
      />
      <form
        className="card flex flex-col gap-4 p-5"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim()) create.mutate()
        }}
      >
        <TextField
          error={create.error ? failureText(create.error) : undefined}
          hint="Your company’s name, for example."
          label="Name"
          maxLength={100}
          value={name}
          onChange={setName}
        />
        <div className="flex flex-wrap gap-2">
          <Button isDisabled={name.trim() === ''} isPending={create.isPending || create.isSuccess} kind="primary" type="submit">
            Create workspace
          </Button>
          <Button kind="quiet" onPress={() => router.history.back()}>
            Cancel
          </Button>
        </div>
      </form>
    </div>
  )
}
