import { useState } from 'react'

import { failureText } from '~/api/client'
import { Button } from '~/components/Button'
import { TextField } from '~/components/Field'
import { VisitorPage } from '~/features/account/VisitorPage'

interface Props {
  /** Whether it was open already: a visit ends when it is not used. */
  isAgain: boolean
  open: (password: string) => Promise<void>
}

export function PasswordPage({ isAgain, open }: Props) {
  const [password, setPassword] = useState('')
  const [error, setError] = useState<string>()
  const [isPending, setIsPending] = useState(false)
  const submit = async () => {
    setIsPending(true)
    try {
      await open(password)
    } catch (failure) {
      setError(failure instanceof Error ? failureText(failure) : 'Try again')
      setIsPending(false)
    }
  }
  return (
    <VisitorPage
      lead={isAgain ? 'This page has been open for a while. Enter its password again.' : 'Enter the password that came with the link.'}
      title="This page has a password"
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (password !== '' && !isPending) void submit()
        }}
      >
        <TextField
          autoComplete="off"
          error={error}
          label="Password"
          type="password"
          value={password}
          onChange={(value) => {
            setPassword(value)
            setError(undefined)
          }}
        />
        <Button isDisabled={password === ''} isPending={isPending} kind="primary" type="submit">
          Open the page
        </Button>
      </form>
    </VisitorPage>
  )
}
