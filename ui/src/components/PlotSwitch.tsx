import { seriesVar } from '~/charts/palette'

/** Puts a row of a table on the chart above it, in the color that it has there. */
export function PlotSwitch({ label, index, onChange }: { label: string; index: number | undefined; onChange: () => void }) {
  const isOn = index !== undefined
  return (
    <label className="group relative inline-flex cursor-pointer items-center align-middle">
      <input
        aria-checked={isOn}
        aria-label={label}
        checked={isOn}
        className="peer absolute inset-0 z-1 cursor-pointer opacity-0"
        role="switch"
        type="checkbox"
        onChange={onChange}
      />
      <span
        className="h-5 w-9 rounded-full bg-line-strong p-0.5 transition-colors peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent"
        style={isOn ? { background: seriesVar(index) } : undefined}
      >
        <span className="block size-4 rounded-full bg-surface transition-transform group-has-checked:translate-x-4" />
      </span>
    </label>
  )
}
