/** Between ways to sign in. */
export function Or() {
  return (
    <p aria-hidden="true" className="flex items-center gap-3 text-[0.8125rem] text-ink-soft before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      or
    </p>
  )
}
