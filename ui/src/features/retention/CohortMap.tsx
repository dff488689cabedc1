import { useRef, useState } from 'react'
import type { CSSProperties, KeyboardEvent } from 'react'

import { formatCount } from '~/format/number'
import type { CohortWhat } from '~/view/pageSearch'

import type { CohortCell, CohortInterval, CohortRow } from './cohorts'
import { ratioOf } from './cohorts'
import type { CellStyle } from './words'
import { cellSentence, cellText, startName, stepName } from './words'

/** Stronger, and the text in front could not be read. */
const STRONGEST = 46

/** How far above the start a value has the strongest color. */
const FAR_ABOVE = 0.5

const mix = (color: string, share: number) =>
  `color-mix(in srgb, var(${color}) ${(4 + Math.min(1, Math.max(0, share)) * (STRONGEST - 4)).toFixed(1)}%, var(--surface))`

/** Blue for what is left, green for more than there was at first. */
function background(what: CohortWhat, cell: CohortCell, most: number): string {
  const ratio = ratioOf(what, cell)
  if (ratio === null) return 'transparent'
  if (what === 'revenue') return mix('--accent', most === 0 ? 0 : ratio / most)
  return ratio > 1 ? mix('--up', 0.5 + (ratio - 1) / FAR_ABOVE / 2) : mix('--accent', ratio)
}

/** Fewer columns than this would be stretched too far. */
const ENOUGH_TO_FILL = 8

export interface MapProps {
  rows: readonly CohortRow[]
  /** Below the rows: all of them together. */
  all?: CohortRow | undefined
  style: CellStyle
  interval: CohortInterval
  /** The names of rows that are groups. */
  labels: ReadonlyMap<string, string>
  /** What the rows are. */
  head: string
  label: string
  open: ((row: CohortRow, at: number) => void) | undefined
  /** Whether it says how many customers each cohort has. */
  hasSizes: boolean
}

const STEPS: Record<string, [rows: number, columns: number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
}

/** The map is one stop of the keyboard; arrows move within it. */
function useArrows() {
  const table = useRef<HTMLTableElement>(null)
  const [stop, setStop] = useState<[row: number, column: number]>([0, 0])
  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    if (!step) return
    const [row, column] = [stop[0] + step[0], stop[1] + step[1]]
    const next = table.current?.querySelector<HTMLElement>(`[data-at="${row}:${column}"]`)
    event.preventDefault()
    if (!next) return
    setStop([row, column])
    next.focus()
  }
  return { table, stop, setStop, move }
}

const STICKY = 'sticky left-0 z-1 bg-surface'

/** What has become of each cohort, one row each: a table whose cells are colored by what is left. */
export function CohortMap({ rows, all, style, interval, labels, head, label, open, hasSizes }: MapProps) {
  const { table, stop, setStop, move } = useArrows()
  const shown = all ? [...rows, all] : rows
  const length = Math.max(0, ...shown.map(({ cells }) => cells.length))
  const most = Math.max(0, ...shown.flatMap(({ cells }) => cells.map((cell) => ratioOf(style.what, cell) ?? 0)))
  // The stop may be gone with the rows that it was in.
  const at: [number, number] = shown[stop[0]]?.cells[stop[1]] ? stop : [0, 0]
  return (
    <div className="relative overflow-x-auto pr-4 pb-1 sm:pr-5">
      <table ref={table} aria-label={label} className={`num ${length >= ENOUGH_TO_FILL ? 'w-full' : ''} border-separate border-spacing-0.5 text-xs`}>
        <thead className="text-ink-soft">
          <tr>
            <th className={`${STICKY} min-w-20 py-1 pr-2 pl-4 text-left font-medium sm:min-w-28 sm:pl-5`} scope="col">
              {head}
            </th>
            {hasSizes && (
              <th className="px-2 py-1 text-right font-medium" scope="col">
                Size
              </th>
            )}
            {Array.from({ length }, (_, index) => (
              <th key={index} className="min-w-12 py-1 text-center font-medium" scope="col">
                <span aria-hidden="true">{index}</span>
                <span className="sr-only">{stepName(interval, index)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, rowAt) => (
            <tr key={row.key}>
              <th
                className={`${STICKY} max-w-36 truncate py-1 pr-2 pl-4 text-left font-normal sm:max-w-56 sm:pl-5 ${row === all ? 'font-semibold!' : ''}`}
                scope="row"
              >
                <bdi>{row === all ? 'All' : startName(row, interval, labels)}</bdi>
              </th>
              {hasSizes && <td className="px-2 text-right text-ink-soft">{formatCount(row.customers)}</td>}
              {row.cells.map((cell, column) => (
                <td key={stepName(interval, column)} className="p-0">
                  <button
                    aria-label={`${startName(row, interval, labels) || 'All'}, ${stepName(interval, column).toLowerCase()}: ${cellText(style, cell)}. ${cellSentence(style, cell)}`}
                    className={`h-8 w-full min-w-12 rounded-[5px] px-1 hover:outline-2 hover:outline-line-strong ${cellClass(cell)}`}
                    data-at={`${rowAt}:${column}`}
                    style={cell.isRunning || cell.isYoung ? undefined : ({ background: background(style.what, cell, most) } satisfies CSSProperties)}
                    tabIndex={at[0] === rowAt && at[1] === column ? 0 : -1}
                    title={cellSentence(style, cell)}
                    type="button"
                    onClick={() => open?.(row, column)}
                    onFocus={() => setStop([rowAt, column])}
                    onKeyDown={move}
                  >
                    {cellText(style, cell)}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What is not final yet, or an average of a few, is gray. */
function cellClass({ isRunning, isYoung }: CohortCell): string {
  if (isRunning) return 'border border-dashed border-line-strong text-ink-soft'
  return isYoung ? 'bg-sunken text-ink-soft' : ''
}
