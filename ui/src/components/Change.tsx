import type { Currency, MetricDefinition } from '~/api/types'
import { formatRatio } from '~/format/number'
import { formatChange } from '~/format/value'
import type { Change as Changed } from '~/view/figure'

import { Delta, unlessNone } from './Figures'

/** Past this, a percentage says less than the amount. */
const TOO_MANY_TIMES = 10

interface ChangeProps {
  change: Changed | null
  metric: Pick<MetricDefinition, 'unit' | 'better'>
  currency: Currency
  /** The amount instead of the percentage. */
  isAmount?: boolean
  className?: string
}

/** How a metric has changed: good news and bad by what the registry says is better, and by neither where it says nothing. */
export function Change({ change, metric: { unit, better }, currency, isAmount = false, className = '' }: ChangeProps) {
  if (change === null) return <span className={`text-ink-faint ${className}`}>–</span>
  const isReadable = change.ratio !== null && Math.abs(change.ratio) < TOO_MANY_TIMES
  const { amount, ratio } = change
  const written = (by: number) => (isAmount || ratio === null || !isReadable ? formatChange(by, unit, currency) : formatRatio(by, { sign: true }))
  const text = written(isAmount || ratio === null || !isReadable ? amount : ratio)
  return <Delta className={className} isLessBetter={better === 'down'} isNeutral={better === null} text={text} value={unlessNone(amount, text, written(0))} />
}
