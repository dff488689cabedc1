export function Logo() {
  return (
    <span className="inline-flex items-center gap-2 text-[1.0625rem] font-semibold tracking-tight">
      <svg aria-hidden="true" className="size-6" viewBox="0 0 32 32">
        <rect fill="var(--accent)" height="32" rx="7" width="32" />
        <path d="M7 22.5h4.2v-6H7zm6.9 0h4.2v-13h-4.2zm6.9 0H25V13h-4.2z" fill="var(--accent-ink)" />
      </svg>
      Chartsy
    </span>
  )
}
