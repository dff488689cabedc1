import type { KeyboardEvent } from 'react'

interface SegmentedProps<T extends string> {
  label: string
  options: readonly { id: T; label: string }[]
  value: T
  onChange: (value: T) => void
  className?: string
}

const STEP: Partial<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }

/** One of a few options, all of them visible. As with every group of radio buttons, Tab reaches the chosen one and arrows the others. */
export function Segmented<T extends string>({ label, options, value, onChange, className = '' }: SegmentedProps<T>) {
  const move = (event: KeyboardEvent<HTMLButtonElement>) => {
    const step = STEP[event.key]
    if (step === undefined) return
    event.preventDefault()
    const buttons = [...(event.currentTarget.parentElement?.querySelectorAll<HTMLElement>('[role=radio]') ?? [])]
    const at = buttons.indexOf(event.currentTarget)
    const next = (at + step + options.length) % options.length
    const option = options[next]
    buttons[next]?.focus()
    if (option) onChange(option.id)
  }
  return (
    <div aria-label={label} className={`inline-flex rounded-lg bg-sunken p-0.5 ${className}`} role="radiogroup">
      {options.map((option) => (
        <button
          key={option.id}
          aria-checked={option.id === value}
          className="h-8 rounded-md px-2.5 text-[0.8125rem] whitespace-nowrap text-ink-soft hover:text-ink aria-checked:bg-surface aria-checked:font-medium aria-checked:text-ink aria-checked:shadow-card"
          role="radio"
          tabIndex={option.id === value ? 0 : -1}
          type="button"
          onClick={() => onChange(option.id)}
          onKeyDown={move}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}
