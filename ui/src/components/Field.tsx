import type { ReactNode } from 'react'
import {
  Button as AriaButton,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField as AriaSearchField,
  Select as AriaSelect,
  SelectValue,
  Text,
  TextField as AriaTextField,
} from 'react-aria-components'
import type { TextFieldProps as AriaTextFieldProps } from 'react-aria-components'

import { CheckIcon, ChevronIcon, CloseIcon, SearchIcon } from './icons'

const BOX =
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
    <AriaTextField {...props} className={`flex flex-col gap-1.5 ${className}`} isInvalid={error !== undefined}>
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
  className = '',
}: {
  label: string
  value: string
  onChange: (value: string) => void
  className?: string
}) {
  return (
    <AriaSearchField aria-label={label} className={`group relative ${className}`} value={value} onChange={onChange}>
      <SearchIcon className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-faint" />
      <Input className={`${BOX} h-9 pr-8 pl-8.5 text-sm [&::-webkit-search-cancel-button]:hidden`} placeholder={label} />
      <AriaButton className="absolute top-1/2 right-1.5 -translate-y-1/2 rounded-md p-1 text-ink-faint group-data-empty:hidden hover:text-ink">
        <CloseIcon className="size-3.5" />
      </AriaButton>
    </AriaSearchField>
  )
}

export interface Option<T extends string> {
  id: T
  label: string
  hint?: string
}

interface SelectProps<T extends string> {
  label: string
  options: readonly Option<T>[]
  value: T
  onChange: (value: T) => void
  /** Without a visible label, where the place makes it clear. */
  isBare?: boolean
  hint?: ReactNode
  className?: string
}

export function Select<T extends string>({
  label,
  options,
  value,
  onChange,
  isBare = false,
  hint,
  className = '',
}: SelectProps<T>) {
  return (
    <AriaSelect
      {...(isBare ? { 'aria-label': label } : {})}
      className={`flex flex-col gap-1.5 ${className}`}
      value={value}
      onChange={(key) => {
        const chosen = options.find((option) => option.id === key)
        if (chosen) onChange(chosen.id)
      }}
    >
      {!isBare && <Label className="text-sm font-medium">{label}</Label>}
      <AriaButton
        className={`flex items-center gap-2 rounded-lg border bg-surface text-left text-sm text-ink hover:bg-hover ${isBare ? 'h-9 border-line px-2.5' : 'h-10 border-line-strong px-3'}`}
      >
        <SelectValue className="min-w-0 flex-1 truncate">
          {options.find((option) => option.id === value)?.label ?? value}
        </SelectValue>
        <ChevronIcon className="size-4 text-ink-faint" />
      </AriaButton>
      {hint && (
        <Text slot="description" className="text-[0.8125rem] text-ink-soft">
          {hint}
        </Text>
      )}
      <Popover className="min-w-(--trigger-width) rounded-xl border border-line bg-surface p-1 shadow-high outline-none">
        <ListBox className="max-h-[50vh] overflow-y-auto outline-none" items={options}>
          {(option) => (
            <ListBoxItem
              className="flex cursor-pointer items-center gap-2 rounded-lg px-2.5 py-2 text-sm outline-none data-focused:bg-hover"
              textValue={option.label}
            >
              {({ isSelected }) => (
                <>
                  <span className="min-w-0 flex-1">
                    {option.label}
                    {option.hint && <span className="block text-xs text-ink-soft">{option.hint}</span>}
                  </span>
                  <CheckIcon className={`size-4 text-accent ${isSelected ? '' : 'invisible'}`} />
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  )
}
