import { Switch } from 'react-aria-components'

import { seriesVar } from '~/charts/palette'

/** Puts a row of a table on the chart above it, in the color that it has there. */
export function PlotSwitch({ label, index, onChange }: { label: string; index: number | undefined; onChange: () => void }) {
  const isOn = index !== undefined
  return (
    <Switch
      aria-label={label}
      className="group inline-flex cursor-pointer items-center align-middle"
      isSelected={isOn}
      onChange={onChange}
    >
      <span
        className="h-5 w-9 rounded-full bg-line-strong p-0.5 transition-colors group-data-focus-visible:outline-2 group-data-focus-visible:outline-offset-2 group-data-focus-visible:outline-accent"
        style={isOn ? { background: seriesVar(index) } : undefined}
      >
        <span className="block size-4 rounded-full bg-surface transition-transform group-data-selected:translate-x-4" />
      </span>
    </Switch>
  )
}
