import { useQuery } from '@tanstack/react-query'

import { sessionQuery } from '~/api/queries'
import { SettingsFrame } from '~/features/settings/SettingsFrame'
import { useTitle } from '~/view/useTitle'

import { ChangePassword } from './ChangePassword'
import { DeleteAccount } from './DeleteAccount'
import { Identities } from './Identities'
import { Passkeys } from './Passkeys'
import { Profile } from './Profile'
import { Sessions } from './Sessions'
import { TwoFactor } from './TwoFactor'

export function AccountPage() {
  const { data: session } = useQuery(sessionQuery)
  useTitle('Your account')
  if (!session) return null
  return (
    <SettingsFrame lead="Your account is the same in every workspace." title="Your account">
      <Profile key={session.user.full_name} user={session.user} />
      <ChangePassword username={session.user.username} />
      <TwoFactor />
      <Passkeys />
      <Identities />
      <Sessions />
      <DeleteAccount />
    </SettingsFrame>
  )
}
