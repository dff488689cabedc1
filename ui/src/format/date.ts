import type { Day, Instant, Interval } from '~/api/types'

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

const cache = new Map<string, Intl.DateTimeFormat>()

function formatter(options: Intl.DateTimeFormatOptions, locale?: string): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, options])
  let found = cache.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat(locale, options)
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
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
    timeZoneName: 'short',
  }
  return formatter(options, locale).format(dateOf(instant))
}

export function formatInstantDay(instant: Instant, zone: string, locale?: string): string {
  return formatter({ day: 'numeric', month: 'short', year: 'numeric', timeZone: zone }, locale).format(dateOf(instant))
}

/** The name of one bucket of a series, as it stands under a bar. */
export function formatBucket(
  startOn: Day,
  interval: Interval,
  { short = false, locale = undefined as string | undefined } = {},
): string {
  const start = utcOf(startOn)
  const year = short ? {} : { year: 'numeric' as const }
  switch (interval) {
    case 'day':
      return formatter({ day: 'numeric', month: 'short', ...year, timeZone: 'UTC' }, locale).format(start)
    case 'week': {
      const text = formatter({ day: 'numeric', month: 'short', ...year, timeZone: 'UTC' }, locale).format(start)
      return short ? text : `week of ${text}`
    }
    case 'month':
      // "Nov 25" would be read as a day; the apostrophe makes it a year.
      return short
        ? `${formatter({ month: 'short', timeZone: 'UTC' }, locale).format(start)} ’${startOn.slice(2, 4)}`
        : formatMonth(startOn, { locale })
    case 'quarter':
      return `Q${Math.floor(start.getUTCMonth() / 3) + 1} ${start.getUTCFullYear()}`
    case 'year':
      return String(start.getUTCFullYear())
  }
}
