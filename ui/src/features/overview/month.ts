import type { Day } from '~/api/types'
import { addDays, addMonths, firstOfMonth, lastOfMonth } from '~/format/date'

import type { Daily } from './useDays'

/** A day on the card's chart: the same one of both months. One that only the month before has is named by that month. */
export function daysOfBoth(today: Day): Day[] {
  const now = daysUntil(lastOfMonth(today))
  return [...now, ...daysUntil(lastOfMonth(addMonths(firstOfMonth(today), -1))).slice(now.length)]
}

/** The days of a month up to one of them. */
export function daysUntil(day: Day): Day[] {
  const days: Day[] = []
  for (let at = firstOfMonth(day); at <= day; at = addDays(at, 1)) days.push(at)
  return days
}

/** What a month has added up to by the end of each of its days; `null` from the first day on that is not known. */
export function addedUp(daily: Daily | undefined, days: readonly Day[]): (number | null)[] {
  let sum: number | null = daily === undefined ? null : 0
  return days.map((day) => {
    const value = daily?.get(day)
    sum = sum === null || value === undefined ? null : sum + value
    return sum
  })
}

const total = (daily: Daily | undefined, days: readonly Day[]): number | null => addedUp(daily, days).at(-1) ?? null

export interface Pace {
  /** This month so far. */
  now: number | null
  /** The same days of the month before, and all of it. */
  before: number | null
  whole: number | null
  /** Whether those days are all of it. */
  isWholeBefore: boolean
}

/** The day of the month before that a month is compared with so far: its last one where that is over sooner, or this one is whole. */
export function sameDay(today: Day): Day {
  const before = addMonths(today, -1)
  return today === lastOfMonth(today) ? lastOfMonth(before) : before
}

/** This month so far against the last. */
export function paceOf(daily: Daily | undefined, today: Day): Pace {
  const before = sameDay(today)
  return {
    now: total(daily, daysUntil(today)),
    before: total(daily, daysUntil(before)),
    whole: total(daily, daysUntil(lastOfMonth(before))),
    isWholeBefore: before === lastOfMonth(before),
  }
}
