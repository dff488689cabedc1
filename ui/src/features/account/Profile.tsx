import { useQueryClient } from '@tanstack/react-query'

import { api } from '~/api/client'
import { membersQuery } from '~/api/people'
import { sessionQuery } from '~/api/queries'
import type { User } from '~/api/types'
import { Fact } from '~/components/Fact'
import { NameForm } from '~/components/NameForm'

import { ChangeEmail } from './ChangeEmail'

export function Profile({ user }: { user: User }) {
  const client = useQueryClient()
  const save = async (name: string) => {
    await api.patch<User>('/me', { full_name: name })
    await Promise.all([sessionQuery, membersQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey })))
  }
  return (
    <section aria-label="Profile" className="card flex flex-col gap-4 p-5">
      <h2 className="text-lg font-semibold">Profile</h2>
      <NameForm autoComplete="name" label="Full name" maxLength={200} name={user.full_name} save={save} submit="Save" />
      <dl className="grid grid-cols-1 gap-x-6 gap-y-3 text-sm sm:grid-cols-2">
        <Fact label="Username" value={user.username} />
        <Fact label="Email" value={user.email} />
      </dl>
      <div>
        <ChangeEmail username={user.username} />
      </div>
    </section>
  )
}
