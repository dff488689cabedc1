import type { MrrReport, ValueReport } from './types'

/** MRR is the one metric whose points say more than a value: here they are read as those of any other. */
export function withValues(report: ValueReport | MrrReport): ValueReport {
  const series = report.series.map((one) => ({
    ...one,
    points: one.points.map((point) => ('value' in point ? point : { ...point, value: point.mrr_minor })),
  }))
  return { ...report, series }
}
