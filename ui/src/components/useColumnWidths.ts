import { useCallback, useLayoutEffect, useRef, useState } from 'react'

import { fitted } from './columnWidths'

interface Sized {
  id: string
  canShrink?: boolean
}

/** What a cell would need to show all that it has. */
const neededBy = (cell: HTMLTableCellElement | undefined) => (cell && cell.scrollWidth > cell.clientWidth ? cell.scrollWidth : 0)

/**
 * Widths that stay while a long table is scrolled, though only the rows in view are drawn: those of the first rows, as wide as its
 * room where names can be cut off. A column grows when a row comes into view that needs more, and never shrinks again.
 */
export function useColumnWidths(columns: readonly Sized[]) {
  const table = useRef<HTMLTableElement>(null)
  const [widths, setWidths] = useState<readonly number[]>()
  const key = columns.map(({ id }) => id).join(' ')

  useLayoutEffect(() => {
    const frame = table.current?.parentElement
    if (!frame) return
    let known: number | undefined
    const observer = new ResizeObserver(() => {
      if (known !== undefined && known !== frame.clientWidth) setWidths(undefined)
      known = frame.clientWidth
    })
    observer.observe(frame)
    return () => {
      observer.disconnect()
      setWidths(undefined)
    }
  }, [key])

  /** To be called after rows were drawn. */
  const fit = useCallback(() => {
    const element = table.current
    const heads = [...(element?.tHead?.rows[0]?.cells ?? [])]
    const drawn = [...(element?.querySelectorAll<HTMLTableRowElement>('tbody > tr[data-index], tfoot > tr') ?? [])].filter(
      ({ cells }) => cells.length === heads.length,
    )
    const room = element?.parentElement?.clientWidth
    if (room === undefined || drawn.length === 0) return
    const shrinks = (at: number) => columns[at]?.canShrink ?? false
    const needed = heads.map((head, at) => {
      const { width } = head.getBoundingClientRect()
      if (widths === undefined || width === 0 || shrinks(at)) return width
      return Math.max(width, ...drawn.map(({ cells }) => neededBy(cells[at])))
    })
    const isEnough = widths !== undefined && needed.every((width, at) => width - (widths[at] ?? 0) < 1)
    if (!isEnough) setWidths(fitted(needed.map((width, at) => ({ width, canShrink: shrinks(at) })), room))
  }, [columns, widths])
  return { table, widths, fit }
}
