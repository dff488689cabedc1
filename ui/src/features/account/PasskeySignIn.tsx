import { useMutation } from '@tanstack/react-query'

import { ApiError, api } from '~/api/client'
import type { PasskeyChallenge, Session } from '~/api/types'
import { Button } from '~/components/Button'
import { Banner } from '~/components/Feedback'

import { Or } from './Or'
import type { Refusal } from './Refusal'
import { Refused } from './Refusal'
import { useEnter } from './useEnter'
import { PasskeyCanceled, forgetPasskey, signWithPasskey } from './webauthn'

const PATH = '/session/passkey'

/** Signs in without a password. Who it is, the device says. */
export function PasskeySignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const enter = useEnter(onSignedIn)
  const signIn = useMutation({
    mutationFn: async () => {
      const { public_key } = await api.post<PasskeyChallenge>(`${PATH}/begin`, {})
      const credential = await signWithPasskey(public_key)
      try {
        return await api.post<Session>(PATH, { credential })
      } catch (error) {
        if (error instanceof ApiError && error.code === 'passkey_unknown') await forgetPasskey(public_key, credential.id)
        throw error
      }
    },
    onSuccess: enter,
  })
  const { error } = signIn
  return (
    <div className="mt-4 flex flex-col gap-4">
      <Or />
      {error && <Failure error={error} />}
      <Button isPending={signIn.isPending} onPress={() => signIn.mutate()}>
        Sign in with a passkey
      </Button>
    </div>
  )
}

function Failure({ error }: { error: Error }) {
  if (error instanceof PasskeyCanceled) {
    return (
      <Banner title="No passkey was chosen" tone="warn">
        Try again, or sign in with your password.
      </Banner>
    )
  }
  return <Refused {...refusalOf(error)} />
}

function refusalOf(error: Error): Refusal {
  const code = error instanceof ApiError ? error.code : undefined
  if (code === 'passkey_unknown') {
    return {
      title: 'This passkey belongs to no account',
      advice: 'Sign in with your password. If you removed the passkey from your account, delete it from your device too.',
    }
  }
  if (code === 'account_locked') {
    return {
      title: 'This account is locked',
      advice: 'The person who runs this server can unlock it with “chartsy user unlock”.',
    }
  }
  if (code === 'passkey_ended') return { title: 'That took too long', advice: 'Try again.' }
  if (code === 'passkey_refused') {
    return { title: 'This passkey could not be verified', advice: 'Try again, or sign in with your password.' }
  }
  return { title: error.message, advice: 'Try again, or sign in with your password.' }
}
