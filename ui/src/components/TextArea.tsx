import type { ReactNode } from 'react'
import { FieldError, Label, Text, TextArea as AriaTextArea, TextField as AriaTextField } from 'react-aria-components'
import type { TextFieldProps } from 'react-aria-components'

import { BOX } from './Field'

interface TextAreaProps extends Omit<TextFieldProps, 'className' | 'children'> {
  label: string
  hint?: ReactNode
  error?: string | undefined
}

/** A field for several lines. */
export function TextArea({ label, hint, error, ...props }: TextAreaProps) {
  return (
    <AriaTextField
      {...props}
      className="flex flex-col gap-1.5"
      isInvalid={error !== undefined}
      // As in a field of one line.
      validationBehavior={error === undefined ? 'native' : 'aria'}
    >
      <Label className="text-sm font-medium">{label}</Label>
      <AriaTextArea className={`${BOX} min-h-28 px-3 py-2`} rows={5} />
      {hint && error === undefined && (
        <Text slot="description" className="text-[0.8125rem] text-ink-soft">
          {hint}
        </Text>
      )}
      <FieldError className="text-[0.8125rem] text-danger">{error}</FieldError>
    </AriaTextField>
  )
}
