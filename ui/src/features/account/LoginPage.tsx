import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useState } from 'react'

import { ApiError, api } from '~/api/client'
import { sessionQuery } from '~/api/queries'
import type { Session } from '~/api/types'
import { Button } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { useTitle } from '~/view/useTitle'

import { VisitorPage } from './VisitorPage'

const route = getRouteApi('/login')

export function LoginPage() {
  useTitle('Sign in')
  const { next } = route.useSearch()
  const router = useRouter()
  const client = useQueryClient()
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: () => api.post<Session>('/session', { login, password }),
    onSuccess: async () => {
      client.removeQueries({ queryKey: sessionQuery.queryKey })
      await client.fetchQuery(sessionQuery)
      router.history.push(next ?? '/')
    },
  })
  const error = signIn.error
  return (
    <VisitorPage title="Sign in">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          signIn.mutate()
        }}
      >
        {error && (
          <Banner
            title={error instanceof ApiError && error.status === 401 ? 'Wrong username or password' : error.message}
            tone="danger"
          >
            {error instanceof ApiError && error.status === 401
              ? 'Check both and try again. The person who runs this server can set a new password with “chartsy user password”.'
              : (error instanceof ApiError && error.problem.action) || 'Try again in a moment.'}
          </Banner>
        )}
        <TextField autoComplete="username" isRequired label="Username or email" name="login" value={login} onChange={setLogin} />
        <TextField
          autoComplete="current-password"
          isRequired
          label="Password"
          name="password"
          type="password"
          value={password}
          onChange={setPassword}
        />
        <Button isPending={signIn.isPending} kind="primary" type="submit">
          Sign in
        </Button>
      </form>
    </VisitorPage>
  )
}
