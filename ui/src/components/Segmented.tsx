import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'

interface SegmentedProps<T extends string> {
  label: string
  options: readonly { id: T; label: string }[]
  value: T
  onChange: (value: T) => void
  className?: string
}

/** One of a few options, all of them visible. */
export function Segmented<T extends string>({ label, options, value, onChange, className = '' }: SegmentedProps<T>) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      className={`inline-flex rounded-lg bg-sunken p-0.5 ${className}`}
      disallowEmptySelection
      selectedKeys={[value]}
      selectionMode="single"
      onSelectionChange={(keys) => {
        const chosen = options.find((option) => keys.has(option.id))
        if (chosen) onChange(chosen.id)
      }}
    >
      {options.map((option) => (
        <ToggleButton
          key={option.id}
          id={option.id}
          className="h-8 rounded-md px-2.5 text-[0.8125rem] whitespace-nowrap text-ink-soft hover:text-ink data-selected:bg-surface data-selected:font-medium data-selected:text-ink data-selected:shadow-card"
        >
          {option.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
}
