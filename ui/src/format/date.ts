import type { Day, Instant, Interval } from '~/api/types'

import { LOCALE } from './locale'

const DAY_MS = 86_400_000

/** A calendar day as the instant of its midnight in UTC. All arithmetic on days uses it. */
export function utcOf(day: Day): Date {
  return new Date(`${day}T00:00:00Z`)
}

export function dayOf(date: Date): Day {
  return date.toISOString().slice(0, 10)
}

export function isDay(text: unknown): text is Day {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const date = utcOf(text)
  return !Number.isNaN(date.getTime()) && dayOf(date) === text
}

export function addDays(day: Day, days: number): Day {
  return dayOf(new Date(utcOf(day).getTime() + days * DAY_MS))
}

export function firstOfMonth(day: Day, monthsLater = 0): Day {
  const date = utcOf(day)
  return dayOf(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthsLater, 1)))
}

export const firstOfQuarter = (day: Day): Day => firstOfMonth(day, -((Number(day.slice(5, 7)) - 1) % 3))

export const firstOfYear = (day: Day): Day => `${day.slice(0, 4)}-01-01`

/** The same day of a month later or earlier, or that month's last day where it is shorter. */
export function addMonths(day: Day, months: number): Day {
  const first = firstOfMonth(day, months)
  const same = addDays(first, Number(day.slice(8)) - 1)
  return same.slice(0, 7) === first.slice(0, 7) ? same : lastOfMonth(first)
}

export function lastOfMonth(day: Day): Day {
  return addDays(firstOfMonth(day, 1), -1)
}

export function dateOf(instant: Instant): Date {
  return new Date(instant * 1000)
}

/** Today in the reporting time zone, which is not always the reader's today. */
export function todayIn(zone: string, now = new Date()): Day {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return parts.format(now)
}

/** The calendar day of an instant in a time zone: for files, never for the page. */
export const formatDayIn = (instant: Instant, zone: string): Day => todayIn(zone, dateOf(instant))

const cache = new Map<string, Intl.DateTimeFormat>()

function formatter(options: Intl.DateTimeFormatOptions, locale?: string): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, options])
  let found = cache.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat(locale ?? LOCALE, options)
    cache.set(key, found)
  }
  return found
}

export function formatDay(day: Day, locale?: string): string {
  return formatter({ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }, locale).format(utcOf(day))
}

export function formatMonth(day: Day, { long = false, locale = undefined as string | undefined } = {}): string {
  return formatter({ month: long ? 'long' : 'short', year: 'numeric', timeZone: 'UTC' }, locale).format(utcOf(day))
}

/** `Oct 29`, where the year is plain. */
export const formatDayOfMonth = (day: Day, locale?: string): string =>
  formatter({ day: 'numeric', month: 'short', timeZone: 'UTC' }, locale).format(utcOf(day))

/** `November`, where the year is plain. */
export const monthName = (day: Day, locale?: string): string => formatter({ month: 'long', timeZone: 'UTC' }, locale).format(utcOf(day))

export function formatRange(from: Day, to: Day, locale?: string): string {
  const format = formatter({ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }, locale)
  return format.formatRange(utcOf(from), utcOf(to))
}

/** An instant with its time, in the reporting time zone, which is named. */
export function formatInstant(instant: Instant, zone: string, locale?: string): string {
  const options: Intl.DateTimeFormatOptions = {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone: zone,
    timeZoneName: 'short',
  }
  return formatter(options, locale).format(dateOf(instant))
}

/** The time of an instant of today, else its day: since when something lasts. */
export function formatClock(instant: Instant, zone: string, locale?: string): string {
  const isToday = todayIn(zone, dateOf(instant)) === todayIn(zone)
  return isToday
    ? formatter({ hour: 'numeric', minute: '2-digit', timeZone: zone }, locale).format(dateOf(instant))
    : formatInstantDay(instant, zone, locale)
}

export function formatInstantDay(instant: Instant, zone: string, locale?: string): string {
  return formatter({ day: 'numeric', month: 'short', year: 'numeric', timeZone: zone }, locale).format(dateOf(instant))
}

/** The name of one period: `Nov 29, 2026`, `week of Nov 23, 2026`, `Nov 2026`, `Q4 2026`, `2026`. */
export function formatBucket(startOn: Day, interval: Interval, locale?: string): string {
  switch (interval) {
    case 'day':
      return formatDay(startOn, locale)
    case 'week':
      return `week of ${formatDay(startOn, locale)}`
    case 'month':
      return formatMonth(startOn, { locale })
    case 'quarter':
      return `${quarterOf(startOn)} ${startOn.slice(0, 4)}`
    case 'year':
      return startOn.slice(0, 4)
  }
}

const quarterOf = (day: Day) => `Q${Math.floor(utcOf(day).getUTCMonth() / 3) + 1}`

/** The same on an axis, where the year stands below it. */
export function formatTick(startOn: Day, interval: Interval, locale?: string): string {
  switch (interval) {
    case 'day':
    case 'week':
      return formatter({ day: 'numeric', month: 'short', timeZone: 'UTC' }, locale).format(utcOf(startOn))
    case 'month':
      return formatter({ month: 'short', timeZone: 'UTC' }, locale).format(utcOf(startOn))
    case 'quarter':
      return quarterOf(startOn)
    case 'year':
      return startOn.slice(0, 4)
  }
}
