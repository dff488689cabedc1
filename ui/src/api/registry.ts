import type { MetricDefinition, MrrReport, ValueReport } from './types'

/** A row as it is sent: a server of an earlier version does not send how a metric is to be read. */
export type RegistryRow = Omit<MetricDefinition, 'group' | 'measure' | 'better'> &
  Partial<Pick<MetricDefinition, 'group' | 'measure' | 'better'>>

/** A row with everything that the pages need to show a metric that they have never heard of. */
export function describe(row: RegistryRow): MetricDefinition {
  // What belongs to no plan is money that moved, and adds up.
  const guess = row.unit === 'ratio' ? 'ratio' : row.dimensions.includes('plan') ? 'level' : 'flow'
  return { ...row, group: row.group ?? null, measure: row.measure ?? guess, better: row.better ?? null }
}

/** MRR is the one metric whose points say more than a value: here they are read as those of any other. */
export function withValues(report: ValueReport | MrrReport): ValueReport {
  const series = report.series.map((one) => ({
    ...one,
    points: one.points.map((point) => ('value' in point ? point : { ...point, value: point.mrr_minor })),
  }))
  return { ...report, series }
}
