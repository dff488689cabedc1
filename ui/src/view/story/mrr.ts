import type { Currency, MovementType } from '~/api/types'

import type { Part } from './words'
import { amount, largestOf, mostOf, moved, sentence } from './words'

export interface MrrTold {
  currency: Currency
  value: number | null | undefined
  before: number | null | undefined
  /** Since when, as `end of October 2026`. */
  since: string | null
  /** What moved it in between, gains above zero and losses below; `undefined` until it is known. */
  movements: Readonly<Record<MovementType, number>> | undefined
  /** How much each plan's MRR has changed. */
  plans?: readonly Part[]
}

const GAINED_FROM: Record<MovementType, string> = {
  new: 'new customers',
  expansion: 'expansion',
  reactivation: 'returning customers',
  contraction: '',
  churn: '',
  fx: 'exchange rates',
}

const LOST_TO: Record<MovementType, string> = {
  new: '',
  expansion: '',
  reactivation: '',
  contraction: 'contraction',
  churn: 'churn',
  fx: 'exchange rates',
}

const TYPES = Object.keys(GAINED_FROM) as MovementType[]

/** What most of the growth comes from, or most of the loss goes to; else both sides, where there are two. */
function because({ movements, currency }: MrrTold, isUp: boolean): string | null {
  if (movements === undefined) return null
  const gains = TYPES.map((type) => ({ name: GAINED_FROM[type], value: Math.max(0, movements[type]) }))
  const losses = TYPES.map((type) => ({ name: LOST_TO[type], value: Math.max(0, -movements[type]) }))
  const sum = (parts: readonly Part[]) => parts.reduce((total, { value }) => total + value, 0)
  const parts = isUp ? gains : losses
  const most = mostOf(parts)
  if (most) {
    const isAll = most.value === sum(parts)
    return isUp ? `${isAll ? 'all' : 'most'} of it from ${most.name}` : `${isAll ? 'all of it' : 'mostly'} from ${most.name}`
  }
  const [gained, lost] = [sum(gains), sum(losses)]
  return gained > 0 && lost > 0 ? `with ${amount(gained, currency)} gained and ${amount(lost, currency)} lost` : null
}

/** `MRR grew 4.2% to $16,892 since the end of October 2026, most of it from new customers, and Growth added the most.` */
export function mrrStory(given: MrrTold): string | null {
  const { value, before, currency, since, plans = [] } = given
  if (value === 0 && !before) return null
  const head = moved({ name: 'MRR', unit: 'money', currency, value, before })
  if (head === null || value === before || value == null || before == null) return sentence(head)
  const isUp = value > before
  const change = plans.map((plan) => ({ ...plan, value: isUp ? plan.value : -plan.value }))
  const plan = plans.length > 1 ? largestOf(change) : null
  const when = since === null ? '' : ` since ${since.startsWith('end of') ? 'the ' : ''}${since}`
  return sentence(`${head}${when}`, because(given, isUp), plan && `and ${plan.name} ${isUp ? 'added' : 'lost'} the most`)
}
