import type { Interval } from '~/api/types'
import { Select } from '~/components/Select'
import { INTERVALS, INTERVAL_LABEL } from '~/format/names'
import type { View } from '~/view/useView'

const OPTIONS: readonly { id: Interval; label: string }[] = INTERVALS.map((id) => ({
  id,
  label: `By ${INTERVAL_LABEL[id].toLowerCase()}`,
}))

/** What a chart's points are. */
export function IntervalPicker({ view }: { view: View }) {
  return (
    <Select
      className="min-w-28 shrink-0"
      isBare
      label="Interval"
      options={OPTIONS}
      value={view.period.interval}
      onChange={(interval) => view.setView({ interval })}
    />
  )
}
