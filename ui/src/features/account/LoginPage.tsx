import { useQuery } from '@tanstack/react-query'
import { Link, getRouteApi, useRouter } from '@tanstack/react-router'

import { setupQuery } from '~/api/queries'
import { DemoLink } from '~/features/feedback/DemoLink'
import { useTitle } from '~/view/useTitle'

import { PasskeySignIn } from './PasskeySignIn'
import { SignInForm } from './SignInForm'
import { VisitorPage } from './VisitorPage'
import { knowsPasskeys } from './webauthn'

const route = getRouteApi('/login')

export function LoginPage() {
  useTitle('Sign in')
  const { next } = route.useSearch()
  const { data: setup } = useQuery(setupQuery)
  const router = useRouter()
  const enter = () => router.history.push(next ?? '/')
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
      <SignInForm onSignedIn={enter} />
      {setup?.passkeys_at === window.location.origin && knowsPasskeys() && <PasskeySignIn onSignedIn={enter} />}
    </VisitorPage>
  )
}

export { BookDemoPage } from '~/features/feedback/BookDemoPage'
