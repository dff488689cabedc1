import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { valueQuery } from '~/api/queries'
import type { Currency, Day, Measure, MetricDefinition, ValuePoint, ValueReport, ValueSeries } from '~/api/types'
import { isComparable, isKnown } from '~/view/known'
import { shownCurrency } from '~/view/currency'
import type { Change } from '~/view/figure'
import { changeOf, comparedDays, figureDays, lacksRates, pointsIn, spanOf, valueIn, valueOf } from '~/view/figure'
import { foreignFilters } from '~/view/filterable'
import type { Days } from '~/view/range'
import { useFallback } from '~/view/useFallback'
import type { View } from '~/view/useView'

import { isUnread } from './unknown'

/** The figure of a metric, or of one group of it. */
export interface Figure {
  /** Empty for the whole. */
  key: string
  label: string
  value: number | null | undefined
  before: number | null | undefined
  change: Change | null
  /** It is not compared, because an exchange rate is missing for it alone, or for the time before alone. */
  isOtherWhole?: boolean
  series: ValueSeries
}

/** Every series in one currency, by the key of its group. */
function inCurrency(report: ValueReport | undefined, currency: Currency | undefined): Map<string, ValueSeries> {
  const series = (report?.series ?? []).filter((one) => one.currency === currency)
  return new Map(series.map((one) => [one.group?.key ?? '', one]))
}

/** The zeros of an answer that lacks what it is made of only mean that nothing is known. */
export function known(report: ValueReport | undefined): ValueReport | undefined {
  if (!isKnown(report)) return undefined
  const isAllZero = report?.series.every(({ points }) => points.every(({ value }) => !value))
  return report && report.absent.length > 0 && isAllZero ? { ...report, series: [] } : report
}

/** The same of a level, point by point: one day without it says nothing of another day. */
function knownPoints(measure: Measure, report: ValueReport): ValueReport {
  if (measure !== 'level' || report.absent.length === 0) return report
  const unknown = (point: ValuePoint): ValuePoint => (point.value === 0 ? { ...point, value: null } : point)
  return { ...report, series: report.series.map((one) => ({ ...one, points: one.points.map(unknown) })) }
}

/** What still lies ahead of a period is known now: none of it is "so far". */
function asWhole(report: ValueReport, today: Day): ValueReport {
  const whole = (point: ValuePoint): ValuePoint => (point.end_on >= today ? { ...point, is_partial: false } : point)
  return { ...report, series: report.series.map((one) => ({ ...one, points: one.points.map(whole) })) }
}

/** What an answer says of a metric. */
function said(view: View, metric: MetricDefinition, answer: ValueReport | undefined) {
  const report = known(answer)
  if (report === undefined) return undefined
  const points = knownPoints(metric.measure, report)
  return metric.looks_ahead ? asWhole(points, view.today) : points
}

/** Every series of an answer in one currency, as far as it says anything, by the key of its group. */
export const seriesIn = (view: View, metric: MetricDefinition, answer: ValueReport | undefined, currency: Currency | undefined) =>
  inCurrency(said(view, metric, answer), currency)

/**
 * A metric over the page's range, with its figure and what that is compared with; broken down where `by` names a dimension. Requests
 * no more than the chart's points where they already say it.
 */
export function useFigures(view: View, metric: MetricDefinition, { by, isEnabled = true }: { by?: string; isEnabled?: boolean } = {}) {
  const { period, connection } = view
  const { measure } = metric
  const currency = shownCurrency(view)
  const foreign = foreignFilters(metric, view.filters)
  const enabled = isEnabled && foreign.length === 0
  const ask = (days: Days) => {
    const { start, end, interval } = spanOf(days, period.interval)
    return valueQuery(connection.id, metric.id, { from: start, to: end, interval, ...view.scope, ...(by ? { by } : {}) })
  }
  const days = figureDays(measure, period)
  const against = comparedDays(measure, period)
  const series = useQuery({ ...valueQuery(connection.id, metric.id, { ...view.series, ...(by ? { by } : {}) }), enabled })
  const [first] = inCurrency(series.data, currency).values()
  const isInSeries = series.data === undefined || first === undefined || valueIn(measure, days, first.points) !== undefined
  const exact = useQuery({ ...ask(days), enabled: enabled && !isInSeries })
  const isInTime = against !== null && isComparable(connection, against.start)
  const before = useQuery({ ...ask(against ?? days), enabled: enabled && isInTime })
  useFallback(view, series.error)
  const error = series.data ? (isInSeries ? null : exact.error) : series.error

  const figures = useMemo(() => {
    const exactly = seriesIn(view, metric, exact.data, currency)
    const earlier = seriesIn(view, metric, isInTime ? before.data : undefined, currency)
    return [...seriesIn(view, metric, series.data, currency)].map(([key, one]): Figure => {
      const inSeries = valueIn(measure, days, one.points)
      // A ratio with nothing to divide by is known to be none.
      const value = inSeries === undefined ? valueOf(measure, exactly.get(key)?.points ?? []) : inSeries
      const earlierPoints = earlier.get(key)?.points ?? []
      // What an exchange rate is missing for on one side only would look like growth or loss.
      const ownPoints = inSeries === undefined ? (exactly.get(key)?.points ?? []) : pointsIn(measure, days, one.points)
      const isSameWhole = lacksRates(measure, ownPoints) === lacksRates(measure, earlierPoints)
      const old = isSameWhole ? valueOf(measure, earlierPoints) : undefined
      const isOtherWhole = earlierPoints.length > 0 && !isSameWhole
      return { key, label: one.group?.label ?? '', value, before: old, change: changeOf(measure, value, old), isOtherWhole, series: one }
    })
    // `days` is a new object on each render, but only changes with the period.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [series.data, exact.data, before.data, isInTime, currency, measure, period, metric, by, view])

  return {
    figures,
    currency,
    report: series.data,
    /** Whether the key can't read what it is made of. */
    isAbsent: isUnread(measure, series.data),
    /** Filters that this metric can't follow. */
    foreign,
    isLoading: enabled && error === null && (!isKnown(series.data) || currency === undefined || (!isInSeries && exact.data === undefined)),
    isStale: series.isPlaceholderData || exact.isPlaceholderData || before.isPlaceholderData,
    error,
    refetch: () => void series.refetch(),
  }
}
