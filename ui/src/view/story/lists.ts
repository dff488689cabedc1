import type { Currency, MovementType } from '~/api/types'
import { countOf } from '~/format/number'

import { amount, listed } from './words'

/** `13 movements: $498 gained and $49 lost, so MRR is up $449.` */
export function movementsStory(given: {
  currency: Currency
  count: number | undefined
  movements: Readonly<Record<MovementType, number>> | undefined
}): string | null {
  const { currency, count, movements } = given
  if (!count || movements === undefined) return null
  const { fx, ...own } = movements
  const values = Object.values(own)
  const gained = values.reduce((sum, value) => sum + Math.max(0, value), 0)
  const lost = -values.reduce((sum, value) => sum + Math.min(0, value), 0)
  const sides = [gained > 0 && `${amount(gained, currency)} gained`, lost > 0 && `${amount(lost, currency)} lost`]
  const rates = fx === 0 ? null : `${fx > 0 ? '+' : '-'}${amount(Math.abs(fx), currency)} by exchange rates`
  const what = listed([...sides, rates].filter((side): side is string => typeof side === 'string'))
  if (what === '') return null
  const net = gained - lost + fx
  const result = net === 0 ? 'MRR is unchanged' : `MRR is ${net > 0 ? 'up' : 'down'} ${amount(Math.abs(net), currency)}`
  return `${countOf(count, 'movement')}: ${what}, so ${result}.`
}
