import type { Currency } from '~/api/types'

import { amount, moved, sentence } from './words'

export interface OverviewTold {
  currency: Currency
  mrr: number | null | undefined
  /** What MRR gained, less what it lost, in this month so far and in the same days of the one before. */
  gained?: number | null | undefined
  gainedBefore?: number | null | undefined
  /** Whether those days are all of the month before. */
  isWholeBefore?: boolean
  /** `November` and `October`. */
  month: string
  monthBefore: string
}

/** `MRR is $8,105, up $449 in November so far; October had added $493 by this day.` */
export function overviewStory({ currency, mrr, gained, gainedBefore, isWholeBefore = false, month, monthBefore }: OverviewTold): string | null {
  if (!mrr && !gained) return null
  const head = moved({ name: 'MRR', unit: 'money', currency, value: mrr })
  if (head === null || gained === null || gained === undefined) return sentence(head)
  const text = (minor: number) => amount(Math.abs(minor), currency)
  const now = gained === 0 ? 'unchanged' : `${gained > 0 ? 'up' : 'down'} ${text(gained)}`
  const did = (gainedBefore ?? 0) > 0 ? 'added' : 'lost'
  const then = isWholeBefore ? `all of ${monthBefore} ${did}` : `${monthBefore} had ${did}`
  const before = gainedBefore ? `; ${then} ${text(gainedBefore)}${isWholeBefore ? '' : ' by this day'}` : ''
  return sentence(head, `${now} in ${month} so far${before}`)
}
