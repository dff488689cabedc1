import type { Currency, Group, MrrReport } from '~/api/types'

/** MRR at a moment, and what it was at the one compared with. */
export interface Standing {
  currency: Currency
  group: Group | null
  mrr_minor: number
  customers: number
  /** These are `null` while there is nothing to compare with. */
  before_minor: number | null
  change_minor: number | null
  /** Also `null` when there was nothing before. */
  change_ratio: number | null
  /** Whether an exchange rate is missing at one of the two moments only: what it is missing for would look like growth or loss. */
  lacksRates: boolean
}

/** Each series of an answer against the same one of an earlier answer. What is not in that had no MRR then. */
export function standingsOf(now: MrrReport | undefined, before: MrrReport | undefined): Standing[] {
  return (now?.series ?? []).flatMap(({ currency, group, points }) => {
    const last = points.at(-1)
    if (last === undefined) return []
    const earlier = before?.series.find((one) => one.currency === currency && one.group?.key === group?.key)
    const old = earlier?.points.at(-1)
    const lacksRates = before !== undefined && Boolean(last.lacks_rates) !== Boolean(old?.lacks_rates)
    const before_minor = before === undefined || lacksRates ? null : (old?.mrr_minor ?? 0)
    const change_minor = before_minor === null ? null : last.mrr_minor - before_minor
    const change_ratio = change_minor === null || !before_minor ? null : change_minor / before_minor
    const { mrr_minor, customers } = last
    return [{ currency, group, mrr_minor, customers, before_minor, change_minor, change_ratio, lacksRates }]
  })
}
