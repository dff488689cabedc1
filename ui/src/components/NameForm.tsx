import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { failureText } from '~/api/client'

import { Button } from './Button'
import { TextField } from './Field'

interface NameFormProps {
  /** Give the component this as its `key` too, so that it follows a change from elsewhere. */
  name: string
  label: string
  /** What the button says. */
  submit: string
  maxLength?: number
  autoComplete?: string
  save: (name: string) => Promise<unknown>
}

/** One name that can be changed. */
export function NameForm({ name: current, label, submit, maxLength, autoComplete, save }: NameFormProps) {
  const [name, setName] = useState(current)
  const change = useMutation({ mutationFn: () => save(name.trim()) })
  const isChanged = name.trim() !== '' && name.trim() !== current
  return (
    <form
      className="flex flex-wrap items-end gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (isChanged) change.mutate()
      }}
    >
      <div className="min-w-0 flex-1 basis-64">
        <TextField
          autoComplete={autoComplete}
          error={change.error ? failureText(change.error) : undefined}
          label={label}
          maxLength={maxLength}
          value={name}
          onChange={setName}
        />
      </div>
      <Button isDisabled={!isChanged} isPending={change.isPending} type="submit">
        {submit}
      </Button>
    </form>
  )
}
