import type { MetricDefinition, MetricGroup, Unconverted, ValueReport } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import { formatDay } from '~/format/date'
import { formatMoney } from '~/format/money'
import { currencyName } from '~/format/names'
import { countOf } from '~/format/number'

import { Banner } from './Feedback'

interface Of {
  /** What the amounts are of: `MRR`. */
  what?: string
  /** Whether they are added up over the range; else they are of a day. */
  isSum?: boolean
}

/** `On Nov 30, 2026, 38 customers with KWD 893.520 MRR are not included: no exchange rate for Kuwaiti Dinar.` Of counts there is no amount. */
export function notConverted({ currency, mrr_minor, customers, on }: Unconverted, { what, isSum = false }: Of = {}): string {
  const amount = mrr_minor === 0 ? '' : formatMoney(mrr_minor, currency) + (what ? ` ${what}` : '')
  const whose = customers === undefined ? '' : countOf(customers, 'customer')
  const all = amount && whose ? `${whose} with ${amount}` : amount || whose || 'something'
  const be = customers === undefined || customers === 1 ? 'is' : 'are'
  return `${isSum ? 'Up to' : 'On'} ${formatDay(on)}, ${all} ${be} not included: no exchange rate for ${currencyName(currency)}.`
}

const SUMMED: ReadonlySet<MetricGroup> = new Set(['revenue', 'payments', 'trials'])

/** Money and trials are added up over the range; what subscriptions are worth is of a day. */
export const isSummed = ({ group, measure }: Pick<MetricDefinition, 'group' | 'measure'>) => SUMMED.has(group) && measure !== 'level'

/** What the figure of a metric lacks: a level, at the end of the range, only what has no rate then. */
export function lackedBy({ measure }: Pick<MetricDefinition, 'measure'>, report: Pick<ValueReport, 'unconverted' | 'series'> | undefined): Unconverted[] {
  if (report === undefined) return []
  const ends = report.series.flatMap(({ points }) => points.at(-1)?.end_on ?? [])
  const [last] = ends.toSorted().toReversed()
  return measure === 'level' && last !== undefined ? report.unconverted.filter(({ on }) => on >= last) : report.unconverted
}

/** What has no exchange rate, as rows of its own: never silently 0. */
export function NotConverted({ unconverted, ...of }: Of & { unconverted: readonly Unconverted[] }) {
  if (unconverted.length === 0) return null
  return (
    <Banner title={`Some ${of.what ?? 'data'} is not included`} tone="warn">
      <ul>
        {unconverted.map((one) => (
          <li key={one.currency}>{notConverted(one, of)}</li>
        ))}
      </ul>
      {!IS_SHARED && 'Switch to native currencies to see it.'}
    </Banner>
  )
}
