import type { Currency, MetricDefinition } from '~/api/types'
import { formatValue } from '~/format/value'

import type { OpenValueFn } from './openValue'
import type { OpenedValue } from './openable'
import { hasBehind } from './openable'

interface Props {
  metric: MetricDefinition
  value: number | null | undefined
  currency: Currency
  /** What the value is of, for people who can't see its row: `Oct 2026`. */
  of: string
  /** The metric's name, where it is called something else here. */
  name?: string | undefined
  days: OpenedValue['days']
  part?: OpenedValue['part']
  open: OpenValueFn | undefined
}

/** A value of a metric, which opens what is behind it where there is something. */
export function ValueButton({ metric, value, currency, of, name = metric.label, days, part, open }: Props) {
  const text = formatValue(value, metric.unit, currency)
  if (!open || !hasBehind(metric, value)) return text
  return (
    <button
      aria-label={`${name}, ${of}: ${text}`}
      className="num opens"
      type="button"
      onClick={() => open({ metric: metric.id, days, part })}
    >
      {text}
    </button>
  )
}
