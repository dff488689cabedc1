import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { ApiError, api, failureText } from '~/api/client'
import type { SignOnOffer, SignOnStart } from '~/api/types'
import { Button } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { HelpLink } from '~/features/help/HelpLink'
import type { SignOnFailureCode } from '~/view/pageSearch'

import { Or } from './Or'
import type { Refusal } from './Refusal'

type Wanted = { provider: string } | { email: string }

/** Leads to a provider's page, which sends the browser back signed in. It stays busy until the browser has left the page. */
export function useSignOn(next: string | undefined) {
  const begin = useMutation({
    mutationFn: (wanted: Wanted) => api.post<SignOnStart>('/sign-on/begin', { ...wanted, ...(next === undefined ? {} : { next }) }),
    onSuccess: ({ address }) => window.location.assign(address),
  })
  return { begin, isBusy: begin.isPending || begin.isSuccess }
}

/** A button for each provider that has one, and a way to the others. */
export function SignOn({ offer, next, isAlone }: { offer: SignOnOffer; next: string | undefined; isAlone: boolean }) {
  const { begin, isBusy } = useSignOn(next)
  const [isAsked, setIsAsked] = useState(false)
  const chosen = begin.variables && 'provider' in begin.variables ? begin.variables.provider : undefined
  if (offer.providers.length === 0 && !offer.by_email) return null
  return (
    <div className={`flex flex-col gap-3 ${isAlone ? 'mt-4' : 'mt-3'}`}>
      {isAlone && <Or />}
      {begin.error && !isUnknown(begin.error) && (
        <Banner title="Your identity provider could not be opened" tone="danger">
          {failureText(begin.error)}
        </Banner>
      )}
      {offer.providers.map(({ id, name }) => (
        <Button key={id} isPending={isBusy && chosen === id} onPress={() => begin.mutate({ provider: id })}>
          Sign in with {name}
        </Button>
      ))}
      {offer.by_email &&
        (isAsked ? (
          <ByEmail
            error={isUnknown(begin.error) ? begin.error : null}
            isPending={isBusy && chosen === undefined}
            onContinue={(email) => begin.mutate({ email })}
          />
        ) : (
          <Button onPress={() => setIsAsked(true)}>Use single sign-on</Button>
        ))}
    </div>
  )
}

const isUnknown = (error: Error | null) => error instanceof ApiError && error.code === 'sign_on_unknown'

function ByEmail({ error, isPending, onContinue }: { error: Error | null; isPending: boolean; onContinue: (email: string) => void }) {
  const [email, setEmail] = useState('')
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (email.trim() !== '') onContinue(email.trim())
      }}
    >
      <TextField
        autoComplete="email"
        error={error ? failureText(error) : undefined}
        label="Work email"
        type="email"
        value={email}
        onChange={setEmail}
      />
      <Button isDisabled={email.trim() === ''} isPending={isPending} type="submit">
        Continue with single sign-on
      </Button>
    </form>
  )
}

const FAILURE: Record<SignOnFailureCode, Refusal> = {
  ended: { title: 'Signing in was not finished', advice: 'It took more than ten minutes, or it was started in another browser or tab. Try again.' },
  denied: { title: 'Your identity provider didn’t sign you in', advice: 'You canceled, or you aren’t allowed to use Chartsy there. Try again, or ask the person who manages it.' },
  away: { title: 'Your identity provider can’t be reached', advice: 'Try again in a minute, or sign in with your password.' },
  refused: {
    title: 'Your identity provider’s answer was not accepted',
    advice: 'Try again. If it happens again, ask the person who runs this server: the reason is in the server’s log.',
  },
  unverified: { title: 'Your email address is not verified', advice: 'Verify it at your identity provider, then try again.' },
  not_taken_in: {
    title: 'There is no account for you here',
    advice: 'No workspace accepts people with your email address from this provider. Ask an owner or admin of a workspace to invite you.',
  },
  full: { title: 'The workspace is full', advice: 'It has reached its limit of members. Ask one of its owners or admins to make room.' },
  locked: { title: 'This account is locked', advice: 'The person who runs this server can unlock it with “chartsy user unlock”.' },
  internal: { title: 'You could not be signed in', advice: 'Try again in a moment. If it happens again, ask the person who runs this server: the reason is in the server’s log.' },
}

/** What the server said when the browser came back. */
export function SignOnFailure({ code }: { code: SignOnFailureCode }) {
  const { title, advice } = FAILURE[code]
  return (
    <Banner action={<HelpLink about="singleSignOn">What to do</HelpLink>} title={title} tone="danger">
      {advice}
    </Banner>
  )
}
