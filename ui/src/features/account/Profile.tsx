import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { api, failureText } from '~/api/client'
import { membersQuery } from '~/api/people'
import { sessionQuery } from '~/api/queries'
import type { User } from '~/api/types'
import { Button } from '~/components/Button'
import { Fact } from '~/components/Fact'
import { TextField } from '~/components/Field'

export function Profile({ user }: { user: User }) {
  const [name, setName] = useState(user.full_name)
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: () => api.patch<User>('/me', { full_name: name.trim() }),
    onSuccess: () => Promise.all([sessionQuery, membersQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey }))),
  })
  const isChanged = name.trim() !== '' && name.trim() !== user.full_name
  return (
    <section aria-label="Profile" className="card flex flex-col gap-4 p-5">
      <h2 className="text-lg font-semibold">Profile</h2>
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (isChanged) save.mutate()
        }}
      >
        <div className="min-w-0 flex-1 basis-64">
          <TextField
            autoComplete="name"
            error={save.error ? failureText(save.error) : undefined}
            label="Full name"
            maxLength={200}
            value={name}
            onChange={setName}
          />
        </div>
        <Button isDisabled={!isChanged} isPending={save.isPending} type="submit">
          Save
        </Button>
      </form>
      <dl className="grid grid-cols-1 gap-x-6 gap-y-3 text-sm sm:grid-cols-2">
        <Fact label="Username" value={user.username} />
        <Fact label="Email" value={user.email} />
      </dl>
    </section>
  )
}
