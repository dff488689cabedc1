import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { ApiError, api } from '~/api/client'
import type { Problem, Session, SignUpPending } from '~/api/types'
import { Button } from '~/components/Button'
import { Banner } from '~/components/Feedback'
import { TextField } from '~/components/Field'
import { PasswordRules } from '~/features/account/PasswordRules'
import type { AccountErrors, AccountForm } from '~/features/account/rules'
import { accountErrors, freeUsernames, suggestedUsername } from '~/features/account/rules'
import { expectTour } from '~/features/tour/state'
import { enterWorkspace } from '~/view/enterWorkspace'

const EMPTY: AccountForm = { full_name: '', email: '', username: '', password: '', password_confirmation: '' }

/** What the server refused, at the field that it is about. */
function errorsOf(problem: Problem | undefined): AccountErrors {
  if (problem?.code === 'name_taken') return { username: 'This username is taken.' }
  if (problem?.code === 'email_taken') return { email: 'This email address already has an account.' }
  return problem?.field && problem.field in EMPTY ? { [problem.field]: `${problem.title}.` } : {}
}

interface SignUpFormProps {
  /** Of an invitation; `null` for an account of one's own. */
  code: string | null
  /** Whom the invitation is for; it can't be used with another address. */
  email: string | null
  onHasAccount: () => void
  /** The account is there, and its address has to be confirmed. */
  onPending?: (account: AccountForm, pending: SignUpPending) => void
}

export function SignUpForm({ code, email, onHasAccount, onPending }: SignUpFormProps) {
  const [entered, setEntered] = useState<AccountForm>({ ...EMPTY, email: email ?? '' })
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [hasOwnUsername, setHasOwnUsername] = useState(false)
  // Until the reader writes another, the username follows the name.
  const form = hasOwnUsername ? entered : { ...entered, username: suggestedUsername(entered.full_name) }
  const create = useMutation({
    mutationFn: (account: AccountForm) => {
      return api.post<Session | SignUpPending>('/sign-up', { ...account, ...(code === null ? {} : { invitation: code }) })
    },
    onSuccess: (answer, account) => {
      if ('delivery' in answer) return onPending?.(account, answer)
      expectTour(answer.user.id)
      return answer.workspace ? enterWorkspace(answer.workspace.id) : window.location.assign('/')
    },
  })
  const refused = create.error instanceof ApiError ? create.error.problem : undefined
  const ofServer = JSON.stringify(create.variables) === JSON.stringify(form) ? errorsOf(refused) : {}
  const isOfField = Object.keys(errorsOf(refused)).length > 0
  const errors = accountErrors(form)
  const shown: AccountErrors = { ...ofServer, ...Object.fromEntries(Object.entries(errors).filter(([name]) => touched.has(name))) }
  const field = (name: keyof AccountForm) => ({
    name,
    value: form[name],
    error: shown[name],
    onChange: (value: string) => {
      if (name === 'username') setHasOwnUsername(true)
      setEntered({ ...form, [name]: value })
    },
    onBlur: () => form[name] !== '' && setTouched((before) => new Set(before).add(name)),
  })
  const free = 'username' in ofServer ? freeUsernames(refused?.action) : []
  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        const firstWrong = Object.keys(form).find((name) => name in errors)
        if (firstWrong) event.currentTarget.querySelector<HTMLInputElement>(`[name="${firstWrong}"]`)?.focus()
        setTouched(new Set(Object.keys(form)))
        if (!firstWrong) create.mutate(form)
      }}
    >
      {create.error && !isOfField && (
        <Banner title={create.error.message} tone="danger">
          {refused?.action}
        </Banner>
      )}
      <TextField {...field('full_name')} autoComplete="name" isRequired label="Full name" />
      <TextField
        {...field('email')}
        autoComplete="email"
        hint={email === null ? undefined : 'The invitation is for this address.'}
        isReadOnly={email !== null}
        isRequired
        label="Email"
        type="email"
      />
      {'email' in ofServer && (
        <button className="link self-start text-sm" type="button" onClick={onHasAccount}>
          Sign in with this account instead
        </button>
      )}
      <TextField {...field('username')} autoComplete="username" hint="Letters and digits only." isRequired label="Username" />
      {free.length > 0 && (
        <p className="flex flex-wrap items-center gap-2 text-sm">
          Available:
          {free.map((name) => (
            <Button
              key={name}
              size="small"
              onPress={() => {
                setHasOwnUsername(true)
                setEntered({ ...form, username: name })
              }}
            >
              {name}
            </Button>
          ))}
        </p>
      )}
      <TextField {...field('password')} autoComplete="new-password" isRequired label="Password" type="password" />
      <PasswordRules password={form.password} />
      <TextField {...field('password_confirmation')} autoComplete="new-password" isRequired label="Confirm password" type="password" />
      <Button isPending={create.isPending || create.isSuccess} kind="primary" type="submit">
        {code === null ? 'Create account' : 'Create account and join'}
      </Button>
    </form>
  )
}
