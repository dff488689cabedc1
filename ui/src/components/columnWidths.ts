/** A column that can shrink is cut off to this, so that a name can still be recognized. */
const SHRUNK_PX = 160

export interface MeasuredColumn {
  /** What it needs; 0 where it is not shown. */
  width: number
  /** Whether what it has can be cut off. */
  canShrink: boolean
}

/** The widths of columns that fit a table's room as long as some of them can shrink; else the table is wider than that. */
export function fitted(columns: readonly MeasuredColumn[], room: number): number[] {
  const excess = columns.reduce((sum, { width }) => sum + width, 0) - room
  const spare = columns.map(({ width, canShrink }) => (canShrink ? Math.max(0, width - SHRUNK_PX) : 0))
  const all = spare.reduce((sum, one) => sum + one, 0)
  const share = excess > 0 && all > 0 ? Math.min(1, excess / all) : 0
  return columns.map(({ width }, at) => width - share * (spare[at] ?? 0))
}
