import { Switch } from 'react-aria-components'

interface ToggleProps {
  label: string
  hint: string
  isSelected: boolean
  isDisabled?: boolean
  onChange: (isSelected: boolean) => void
}

/** Something that is on or off, with what that means. */
export function Toggle({ label, hint, ...state }: ToggleProps) {
  return (
    <Switch {...state} className="group flex cursor-pointer items-start gap-3 text-sm data-disabled:cursor-default">
      <span className="mt-0.5 h-5 w-9 shrink-0 rounded-full bg-line-strong p-0.5 group-data-focus-visible:outline-2 group-data-focus-visible:outline-accent group-data-selected:bg-accent">
        <span className="block size-4 rounded-full bg-surface transition-transform group-data-selected:translate-x-4" />
      </span>
      <span>
        <span className="block font-medium">{label}</span>
        <span className="block text-ink-soft">{hint}</span>
      </span>
    </Switch>
  )
}
