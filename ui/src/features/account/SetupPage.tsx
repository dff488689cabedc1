import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'

import { ApiError, api } from '~/api/client'
import { sessionQuery, setupQuery } from '~/api/queries'
import { Button } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { useTitle } from '~/view/useTitle'

import { PasswordRules } from './PasswordRules'
import type { OwnerErrors, OwnerForm } from './rules'
import { accountErrors } from './rules'
import { VisitorPage } from './VisitorPage'

const EMPTY: OwnerForm = { full_name: '', email: '', username: '', password: '', password_confirmation: '', setup_code: '' }

/** The first visit to a new server. Whoever has the code that it printed sets it up and owns it. */
export function SetupPage() {
  useTitle('Set up')
  const [form, setForm] = useState(EMPTY)
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const setup = useQuery(setupQuery)
  const client = useQueryClient()
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: ({ setup_code, ...owner }: OwnerForm) => {
      return api.post('/setup/owner', setup_code.trim() === '' ? owner : { ...owner, setup_code: setup_code.trim() })
    },
    onSuccess: async () => {
      client.removeQueries({ queryKey: sessionQuery.queryKey })
      client.removeQueries({ queryKey: setupQuery.queryKey })
      await navigate({ to: '/connect' })
    },
  })
  const errors: OwnerErrors = accountErrors(form)
  const refused = create.error instanceof ApiError ? create.error.problem : undefined
  const ofServer: OwnerErrors =
    refused?.field && refused.field in form && create.variables === form ? { [refused.field]: `${refused.title}.` } : {}
  const shown: OwnerErrors = { ...ofServer, ...Object.fromEntries(Object.entries(errors).filter(([name]) => touched.has(name))) }
  const field = (name: keyof OwnerForm) => ({
    name,
    value: form[name],
    onChange: (value: string) => setForm((before) => ({ ...before, [name]: value })),
    onBlur: () => form[name] !== '' && setTouched((before) => new Set(before).add(name)),
    error: shown[name],
  })
  const needsCode = setup.data?.needs_code ?? false
  return (
    <VisitorPage
      lead="Create the owner account. Your data stays on this machine."
      title="Set up Chartsy"
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          const firstWrong = Object.keys(form).find((name) => name in errors)
          if (firstWrong) event.currentTarget.querySelector<HTMLInputElement>(`[name="${firstWrong}"]`)?.focus()
          setTouched(new Set(Object.keys(form)))
          if (Object.keys(errors).length === 0) create.mutate(form)
        }}
      >
        {create.error && (
          <Banner title={create.error.message} tone="danger">
            {refused?.action}
          </Banner>
        )}
        <TextField {...field('full_name')} autoComplete="name" isRequired label="Full name" />
        <TextField {...field('email')} autoComplete="email" isRequired label="Email" type="email" />
        <TextField {...field('username')} autoComplete="username" hint="Letters and digits only." isRequired label="Username" />
        <TextField {...field('password')} autoComplete="new-password" isRequired label="Password" type="password" />
        <PasswordRules password={form.password} />
        <TextField
          {...field('password_confirmation')}
          autoComplete="new-password"
          isRequired
          label="Confirm password"
          type="password"
        />
        {needsCode && (
          <TextField {...field('setup_code')} hint="The server printed this code when it started." isMono isRequired label="Setup code" />
        )}
        <Button isPending={create.isPending} kind="primary" type="submit">
          Create account
        </Button>
      </form>
    </VisitorPage>
  )
}
