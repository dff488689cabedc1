/**
 * A table of any length: it is as long as all of its rows, only those in view are drawn, and those that were not requested yet are
 * requested when they come near. Sorted and filtered by the server.
 */
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'

import type { Column, DrawnRows, ServerSort } from './DataTable'
import { DataTable } from './DataTable'
import { Skeleton } from './Feedback'
import { useColumnWidths } from './useColumnWidths'

interface List {
  hasNextPage: boolean
  isFetchingNextPage: boolean
  isFetchNextPageError: boolean
  fetchNextPage: () => Promise<unknown>
}

interface EndlessTableProps<Row extends object> {
  label: string
  columns: readonly Column<Row>[]
  /** Those that are here already, in the server's order. */
  rows: readonly Row[]
  /** How many there are in all. */
  total: number
  list: List
  rowKey: (row: Row) => string
  serverSort?: ServerSort
  onRowClick?: (row: Row) => void
  isStale?: boolean
  hasLongHeads?: boolean
}

/** About as high as a row of two lines; each is measured when it is drawn. */
const ROW_PX = 56
/** So many rows beyond the window are drawn, and requested this early. */
const NEAR = 12
const REQUESTED_AHEAD = 40

export function EndlessTable<Row extends object>({ total, list, ...table }: EndlessTableProps<Row>) {
  const { table: tableRef, widths, fit } = useColumnWidths(table.columns)
  return (
    <DataTable
      {...table}
      body={(drawn) => <Rows {...drawn} fit={fit} list={list} rowKey={table.rowKey} total={total} />}
      rowCount={total + 1}
      tableRef={tableRef}
      widths={widths}
    />
  )
}

interface RowsProps<Row> extends DrawnRows<Row> {
  total: number
  list: List
  rowKey: (row: Row) => string
  /** Gives the columns the room that the rows need. */
  fit: () => void
}

function Rows<Row>({ rows, columnCount, draw, total, list, rowKey, fit }: RowsProps<Row>) {
  const top = useRef<HTMLTableRowElement>(null)
  const [margin, setMargin] = useState(0)
  useLayoutEffect(() => {
    const measure = () => setMargin((before) => (top.current ? Math.round(top.current.getBoundingClientRect().top + window.scrollY) : before))
    measure()
    // What stands above may change its height.
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [])
  // It draws again by itself when the window scrolls, and nothing of it is handed on.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useWindowVirtualizer({
    count: total,
    estimateSize: () => ROW_PX,
    overscan: NEAR,
    scrollMargin: margin,
    getItemKey: (index) => (rows[index] ? rowKey(rows[index]) : index),
  })
  const items = virtualizer.getVirtualItems()
  const [first, last] = [items[0], items.at(-1)]
  const isNear = last !== undefined && last.index >= rows.length - REQUESTED_AHEAD
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list
  useEffect(() => {
    if (isNear && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage()
  }, [isNear, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, rows.length])
  const [from, to] = [first?.index, last?.index]
  useLayoutEffect(fit, [fit, from, to, rows])
  const above = first ? first.start - margin : 0
  const below = last ? virtualizer.getTotalSize() + margin - last.end : 0
  return (
    <>
      <tr ref={top} aria-hidden="true" style={{ height: above }} />
      {items.map(({ index, key }) => {
        const row = rows[index]
        // The header is the first row that is counted.
        const attributes = { 'aria-rowindex': index + 2, 'data-index': index, ref: virtualizer.measureElement }
        if (row !== undefined) return draw(row, attributes)
        return (
          <tr key={key} {...attributes} className="border-b border-line">
            <td className="px-4 sm:px-5" colSpan={columnCount} style={{ height: ROW_PX }}>
              <Skeleton className="h-4 w-2/5" />
            </td>
          </tr>
        )
      })}
      <tr aria-hidden="true" style={{ height: below }} />
    </>
  )
}
