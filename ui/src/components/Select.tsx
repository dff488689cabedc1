import { useId } from 'react'
import type { ReactNode } from 'react'

import { ChevronIcon } from './icons'
import { Opener } from './Opener'

export interface Option<T extends string> {
  id: T
  label: string
  hint?: string
}

interface SelectProps<T extends string> {
  label: string
  options: readonly Option<T>[]
  value: T
  /** On the closed picker instead of the label of what is chosen. */
  shown?: string | undefined
  onChange: (value: T) => void
  /** Without a visible label, where the place makes it clear. */
  isBare?: boolean
  hint?: ReactNode
  className?: string
}

export function Select<T extends string>({ label, options, value, shown: given, onChange, isBare = false, hint, className = '' }: SelectProps<T>) {
  const id = useId()
  const shown = given ?? options.find((option) => option.id === value)?.label ?? value
  return (
    <div className={`flex flex-col gap-1.5 ${className}`}>
      {!isBare && (
        <span className="text-sm font-medium" id={id}>
          {label}
        </span>
      )}
      <Opener
        className={`flex items-center gap-2 rounded-lg border bg-surface text-left text-sm text-ink hover:bg-hover ${isBare ? 'h-9 border-line px-2.5' : 'h-10 border-line-strong px-3'}`}
        kind="listbox"
        label={`${shown} ${label}`}
        panel={({ ListPanel }, state) => <ListPanel {...state} label={label} options={options} value={value} onChange={onChange} />}
      >
        <span className="min-w-0 flex-1 truncate">{shown}</span>
        <ChevronIcon className="size-4 text-ink-faint" />
      </Opener>
      {hint && <span className="text-[0.8125rem] text-ink-soft">{hint}</span>}
    </div>
  )
}
