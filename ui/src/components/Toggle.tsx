import { useId } from 'react'

interface ToggleProps {
  label: string
  hint: string
  isSelected: boolean
  isDisabled?: boolean
  onChange: (isSelected: boolean) => void
}

/** Something that is on or off, with what that means. */
export function Toggle({ label, hint, isSelected, isDisabled = false, onChange }: ToggleProps) {
  const id = useId()
  return (
    <label className="group relative flex cursor-pointer items-start gap-3 text-sm has-disabled:cursor-default">
      <input
        aria-checked={isSelected}
        aria-describedby={`${id}-hint`}
        aria-labelledby={`${id}-label`}
        checked={isSelected}
        className="peer absolute top-0.5 left-0 z-1 h-5 w-9 cursor-pointer opacity-0"
        disabled={isDisabled}
        role="switch"
        type="checkbox"
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className="mt-0.5 h-5 w-9 shrink-0 rounded-full bg-line-strong p-0.5 peer-checked:bg-accent peer-focus-visible:outline-2 peer-focus-visible:outline-accent">
        <span className="block size-4 rounded-full bg-surface transition-transform group-has-checked:translate-x-4" />
      </span>
      <span>
        <span className="block font-medium" id={`${id}-label`}>
          {label}
        </span>
        <span className="block text-ink-soft" id={`${id}-hint`}>
          {hint}
        </span>
      </span>
    </label>
  )
}
