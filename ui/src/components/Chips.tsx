import type { ReactNode } from 'react'

interface ChipsProps<T extends string> {
  label: string
  options: readonly T[]
  /** Nothing chosen narrows nothing. */
  chosen: readonly T[] | undefined
  children: (option: T) => ReactNode
  onChange: (chosen: T[]) => void
}

/** Any of a few options, all of them visible. */
export function Chips<T extends string>({ label, options, chosen, children, onChange }: ChipsProps<T>) {
  return (
    <div aria-label={label} className="no-print flex flex-wrap gap-1" role="group">
      {options.map((option) => {
        const isChosen = chosen?.includes(option) ?? false
        return (
          <button
            key={option}
            aria-pressed={isChosen}
            className="flex h-9 items-center gap-1.5 rounded-lg border border-line bg-surface px-2.5 text-[0.8125rem] text-ink-soft hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-ink"
            type="button"
            onClick={() => onChange(options.filter((one) => (one === option ? !isChosen : chosen?.includes(one))))}
          >
            {children(option)}
          </button>
        )
      })}
    </div>
  )
}
