import type { KeyboardEvent, ReactNode } from 'react'
import {
  Button as AriaButton,
  FieldError,
  Input,
  Label,
  SearchField as AriaSearchField,
  Text,
  TextField as AriaTextField,
} from 'react-aria-components'
import type { TextFieldProps as AriaTextFieldProps } from 'react-aria-components'

import { CloseIcon, SearchIcon } from './icons'

export const BOX =
  'w-full rounded-lg border border-line-strong bg-surface text-ink outline-none placeholder:text-ink-faint data-focused:border-accent data-focused:ring-1 data-focused:ring-accent data-invalid:border-danger'

interface TextFieldProps extends Omit<AriaTextFieldProps, 'className' | 'children'> {
  label: string
  className?: string
  hint?: ReactNode
  error?: string | undefined
  isMono?: boolean
  placeholder?: string
}

export function TextField({ label, hint, error, isMono = false, placeholder, className = '', ...props }: TextFieldProps) {
  return (
    <AriaTextField
      {...props}
      className={`flex flex-col gap-1.5 ${className}`}
      isInvalid={error !== undefined}
      // An error that the server found must not keep the browser from sending the form again.
      validationBehavior={error === undefined ? 'native' : 'aria'}
    >
      <Label className="text-sm font-medium">{label}</Label>
      <Input {...(placeholder ? { placeholder } : {})} className={`${BOX} h-10 px-3 ${isMono ? 'font-mono text-sm' : ''}`} />
      {hint && error === undefined && (
        <Text slot="description" className="text-[0.8125rem] text-ink-soft">
          {hint}
        </Text>
      )}
      <FieldError className="text-[0.8125rem] text-danger">{error}</FieldError>
    </AriaTextField>
  )
}

export function SearchField({
  label,
  value,
  onChange,
  onKeyDown,
  className = '',
}: {
  label: string
  value: string
  onChange: (value: string) => void
  onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void
  className?: string
}) {
  return (
    <AriaSearchField aria-label={label} className={`group relative ${className}`} value={value} onChange={onChange}>
      <SearchIcon className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-faint" />
      <Input className={`${BOX} h-9 pr-8 pl-8.5 text-sm [&::-webkit-search-cancel-button]:hidden`} placeholder={label} {...(onKeyDown ? { onKeyDown } : {})} />
      <AriaButton className="absolute top-1/2 right-1.5 -translate-y-1/2 rounded-md p-1 text-ink-faint group-data-empty:hidden hover:text-ink">
        <CloseIcon className="size-3.5" />
      </AriaButton>
    </AriaSearchField>
  )
}
