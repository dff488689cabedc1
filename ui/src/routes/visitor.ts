import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'

import { sessionQuery, setupQuery } from '~/api/queries'
import { readSignInSearch } from '~/view/pageSearch'

import { fetched } from './fetched'
import { Broken, rootRoute } from './root'

export const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  beforeLoad: async ({ context }) => {
    const { needs_owner } = await context.queryClient.fetchQuery(setupQuery)
    if (!needs_owner) throw redirect({ to: '/login' })
  },
  component: lazyRouteComponent(fetched(() => import('~/features/account/SetupPage')), 'SetupPage'),
  errorComponent: Broken,
})

export const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: readSignInSearch,
  beforeLoad: async ({ context, search }) => {
    // Whoever connects an identity provider signs in once more.
    if (search.connect === undefined && (await context.queryClient.ensureQueryData(sessionQuery))) throw redirect({ href: search.next ?? '/' })
    const { needs_owner } = await context.queryClient.fetchQuery(setupQuery)
    if (needs_owner) throw redirect({ to: '/setup' })
  },
  component: lazyRouteComponent(fetched(() => import('~/features/account/LoginPage')), 'LoginPage'),
  errorComponent: Broken,
})

/** The code is in the address's fragment, which no browser sends: the page reads it by itself. */
export const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation',
  beforeLoad: async ({ context }) => {
    await context.queryClient.ensureQueryData(sessionQuery)
  },
  component: lazyRouteComponent(fetched(() => import('~/features/invitation/InvitationPage')), 'InvitationPage'),
  errorComponent: Broken,
})

export const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-up',
  beforeLoad: async ({ context }) => {
    const { sign_up } = await context.queryClient.fetchQuery(setupQuery)
    if (sign_up !== 'open') throw redirect({ to: '/help/$page', params: { page: 'create-an-account' } })
  },
  component: lazyRouteComponent(fetched(() => import('~/features/sign_up/SignUpPage')), 'SignUpPage'),
  errorComponent: Broken,
})

export const confirmRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/confirm',
  component: lazyRouteComponent(fetched(() => import('~/features/sign_up/ConfirmPage')), 'ConfirmPage'),
  errorComponent: Broken,
})

export const confirmEmailRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/confirm-email',
  beforeLoad: async ({ context }) => {
    await context.queryClient.ensureQueryData(sessionQuery)
  },
  component: lazyRouteComponent(fetched(() => import('~/features/sign_up/ConfirmPage')), 'ConfirmEmailPage'),
  errorComponent: Broken,
})

export const forgotPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot-password',
  component: lazyRouteComponent(fetched(() => import('~/features/account/ForgotPasswordPage')), 'ForgotPasswordPage'),
  errorComponent: Broken,
})

export const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  component: lazyRouteComponent(fetched(() => import('~/features/account/ResetPasswordPage')), 'ResetPasswordPage'),
  errorComponent: Broken,
})

export const bookDemoRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/book-demo',
  beforeLoad: async ({ context }) => {
    const { book_demo } = await context.queryClient.fetchQuery(setupQuery)
    if (book_demo?.url !== null) throw redirect({ to: '/login' })
  },
  component: lazyRouteComponent(fetched(() => import('~/features/account/LoginPage')), 'BookDemoPage'),
  errorComponent: Broken,
})
