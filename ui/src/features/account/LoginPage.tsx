import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, getRouteApi, useRouter } from '@tanstack/react-router'

import { api, failureText } from '~/api/client'
import { setupQuery } from '~/api/queries'
import type { Identity } from '~/api/types'
import { Banner } from '~/components/Feedback'
import { DemoLink } from '~/features/feedback/DemoLink'
import { useTitle } from '~/view/useTitle'

import { PasskeySignIn } from './PasskeySignIn'
import { SignInForm } from './SignInForm'
import { SignOn, SignOnFailure } from './SignOn'
import { VisitorPage } from './VisitorPage'
import { knowsPasskeys } from './webauthn'

const route = getRouteApi('/login')

export function LoginPage() {
  useTitle('Sign in')
  const { next, sign_on: failure, connect, deleted } = route.useSearch()
  const { data: setup } = useQuery(setupQuery)
  const router = useRouter()
  const connecting = setup?.sign_on.providers.find(({ id }) => id === connect)?.name ?? (connect === undefined ? undefined : 'your identity provider')
  const finish = useMutation({
    mutationFn: () => api.post<Identity>('/sign-on/connect', {}),
    onSuccess: () => router.history.push(next ?? '/'),
  })
  const enter = () => (connecting === undefined ? router.history.push(next ?? '/') : finish.mutate())
  const hasPasskeys = setup?.passkeys_at === window.location.origin && knowsPasskeys()
  return (
    <VisitorPage
      below={
        <>
          <Link className="link" to="/forgot-password">
            Forgot your password?
          </Link>
          <Link className="link" params={{ page: 'sign-in-help' }} to="/help/$page">
            Can’t sign in?
          </Link>
          {setup?.sign_up === 'open' ? (
            <Link className="link" to="/sign-up">
              Create an account
            </Link>
          ) : (
            <Link className="link" params={{ page: 'create-an-account' }} to="/help/$page">
              How to get an account
            </Link>
          )}
          <DemoLink />
        </>
      }
      title="Sign in"
    >
      {finish.error ? (
        <NotConnected error={finish.error} />
      ) : (
        <>
          {deleted && (
            <div className="mb-4">
              <Banner title="Your account was deleted" tone="good" />
            </div>
          )}
          {failure !== undefined && (
            <div className="mb-4">
              <SignOnFailure code={failure} />
            </div>
          )}
          {connecting !== undefined && (
            <div className="mb-4">
              <Banner title={`Connect ${connecting} with your account`}>
                Your email address already has an account here. Sign in to it once more as before. From then on, {connecting} is enough. If you don’t know
                its password, choose “Forgot your password?”.
              </Banner>
            </div>
          )}
          <SignInForm onSignedIn={enter} />
          {hasPasskeys && <PasskeySignIn onSignedIn={enter} />}
          {setup && connecting === undefined && <SignOn isAlone={!hasPasskeys} next={next} offer={setup.sign_on} />}
        </>
      )}
    </VisitorPage>
  )
}

function NotConnected({ error }: { error: Error }) {
  return (
    <Banner
      action={
        <Link className="link" to="/">
          Continue
        </Link>
      }
      title="You’re signed in, but the accounts could not be connected"
      tone="danger"
    >
      {failureText(error)}
    </Banner>
  )
}

export { BookDemoPage } from '~/features/feedback/BookDemoPage'
