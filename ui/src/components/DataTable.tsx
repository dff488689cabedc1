import { createSortedRowModel, rowSortingFeature, tableFeatures, useTable } from '@tanstack/react-table'
import type { ColumnDef, SortingState } from '@tanstack/react-table'
import { useMemo, useState } from 'react'
import type { MouseEvent, ReactNode } from 'react'

import { formatCount } from '~/format/number'

import { Button } from './Button'

export interface Column<Row> {
  id: string
  header: string
  cell: (row: Row) => ReactNode
  /** What stands below the column, from all rows. Left out where a sum would say nothing. */
  total?: (rows: readonly Row[]) => ReactNode
  /** What a file has in this column; without it, the column is not in the file. */
  value?: (row: Row) => string | number | null
  /** Figures are right-aligned. */
  isNumeric?: boolean
  /** What the column is sorted by. Without it, the column can't be sorted. */
  sortBy?: (row: Row) => string | number | null
  /** Left out on a narrow page. */
  isWideOnly?: boolean
  width?: string
}

/** The server sorts: rows come in its order. */
export interface ServerSort {
  value: string
  onChange: (value: string) => void
  /** The columns that the server can sort by. */
  columns: readonly string[]
}

interface DataTableProps<Row extends object> {
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  initialSort?: SortingState
  serverSort?: ServerSort
  onRowClick?: (row: Row) => void
  /** The rest, after sorting, opens on demand. */
  shownAtFirst?: number
  /** The rows are still those of the previous answer. */
  isStale?: boolean
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() })
const NO_SORT: SortingState = []

function compare(a: string | number | null, b: string | number | null): number {
  if (a === b) return 0
  if (a === null) return -1
  if (b === null) return 1
  return typeof a === 'string' && typeof b === 'string' ? a.localeCompare(b) : a < b ? -1 : 1
}

function definitionsOf<Row extends object>(
  columns: readonly Column<Row>[],
  serverSort: ServerSort | undefined,
): ColumnDef<typeof features, Row>[] {
  return columns.map((column) => ({
    id: column.id,
    header: column.header,
    accessorFn: (row: Row) => column.sortBy?.(row) ?? null,
    enableSorting: serverSort ? serverSort.columns.includes(column.id) : column.sortBy !== undefined,
    sortDescFirst: column.isNumeric ?? false,
    sortFn: (a, b) => compare(column.sortBy?.(a.original) ?? null, column.sortBy?.(b.original) ?? null),
  }))
}

const isNarrow = ({ isWideOnly = false }: CellStyle) => !isWideOnly

interface CellStyle {
  isNumeric?: boolean
  isWideOnly?: boolean
}

function cellClass(column: CellStyle | undefined, edges: { first: CellStyle | undefined; last: CellStyle | undefined }): string {
  return [
    'px-2 py-2.5 first:pl-4 last:pr-4 sm:px-3 sm:first:pl-5 sm:last:pr-5',
    column?.isNumeric ? 'num text-right' : 'text-left',
    column?.isWideOnly ? 'hidden md:table-cell' : '',
    // The outermost columns of a narrow page, where those that would be outermost are left out.
    column !== undefined && column === edges.first ? 'max-md:pl-4' : '',
    column !== undefined && column === edges.last ? 'max-md:pr-4' : '',
  ].join(' ')
}

/** The row's link is what the keyboard uses; a click elsewhere in the row is a convenience, unless text is being marked. */
function isPlainClick(event: MouseEvent): boolean {
  const isControl = event.target instanceof Element && event.target.closest('a, button, input, label') !== null
  return !isControl && window.getSelection()?.type !== 'Range'
}

function SortArrow({ sorted }: { sorted: false | 'asc' | 'desc' }) {
  return (
    <span aria-hidden="true" className="inline-block w-4 text-center">
      {sorted === 'asc' ? '↑' : sorted === 'desc' ? '↓' : ''}
    </span>
  )
}

/** All rows as a file, by the columns that say what a file has of them. */
export function fileOfRows<Row>(columns: readonly Column<Row>[], rows: readonly Row[]) {
  const written = columns.filter((column) => column.value !== undefined)
  return {
    columns: written.map(({ id }) => id),
    rows: rows.map((row) => written.map(({ value }) => value?.(row) ?? null)),
  }
}

/**
 * Rows with columns that can be sorted, and a last line of totals for the columns that have one. What a click on a row opens is
 * also a link in the row, for the keyboard. `fileOfRows` writes the same columns into a CSV.
 */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const {
    label,
    columns,
    rows,
    rowKey,
    initialSort = NO_SORT,
    serverSort,
    onRowClick,
    shownAtFirst = Infinity,
    isStale = false,
  } = props
  const [isAll, setIsAll] = useState(false)
  const [ownSort, setOwnSort] = useState(initialSort)
  const definitions = useMemo(() => definitionsOf(columns, serverSort), [columns, serverSort])
  const sorting = serverSort ? [{ id: serverSort.value.replace(/^-/, ''), desc: serverSort.value.startsWith('-') }] : ownSort
  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: rowKey,
    manualSorting: serverSort !== undefined,
    enableSortingRemoval: false,
    state: { sorting },
    onSortingChange: (update) => {
      const next = typeof update === 'function' ? update(sorting) : update
      const first = next[0]
      if (serverSort && first) serverSort.onChange(`${first.desc ? '-' : ''}${first.id}`)
      else setOwnSort(next)
    },
  })
  const all = table.getRowModel().rows
  const shown = isAll ? all : all.slice(0, shownAtFirst)
  const edges = { first: columns.find(isNarrow), last: columns.findLast(isNarrow) }
  const byId = new Map(columns.map((column) => [column.id, column]))
  return (
    // A wide table scrolls by itself, not with the page. The keyboard can scroll what it can focus.
    <div aria-label={label} className="relative overflow-x-auto" role="group" tabIndex={0}>
      <table aria-busy={isStale} className={`w-full border-collapse text-sm transition-opacity ${isStale ? 'opacity-60' : ''}`}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} className="border-b border-line text-xs text-ink-soft">
              {group.headers.map((header) => {
                const column = byId.get(header.column.id)
                const sorted = header.column.getIsSorted()
                return (
                  <th
                    key={header.id}
                    aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : undefined}
                    className={`${cellClass(column, edges)} font-medium whitespace-nowrap`}
                    scope="col"
                    style={column?.width ? { width: column.width } : undefined}
                  >
                    {header.column.getCanSort() ? (
                      <button
                        className="-mx-1 rounded px-1 hover:text-ink"
                        type="button"
                        onClick={header.column.getToggleSortingHandler()}
                      >
                        {column?.isNumeric && <SortArrow sorted={sorted} />}
                        {column?.header}
                        {!column?.isNumeric && <SortArrow sorted={sorted} />}
                      </button>
                    ) : (
                      column?.header
                    )}
                  </th>
                )
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr
              key={row.id}
              className={`border-b border-line last:border-0 ${onRowClick ? 'cursor-pointer hover:bg-hover/60' : ''}`}
              onClick={onRowClick ? (event) => isPlainClick(event) && onRowClick(row.original) : undefined}
            >
              {columns.map((column) => (
                <td key={column.id} className={cellClass(column, edges)}>
                  {column.cell(row.original)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {columns.some(({ total }) => total) && rows.length > 1 && (
          <tfoot>
            <tr className="border-t border-line-strong font-medium">
              {columns.map((column) => (
                <td key={column.id} className={cellClass(column, edges)}>
                  {column.total?.(rows)}
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
      {shown.length < all.length && (
        <div className="py-2 text-center">
          <Button size="small" onPress={() => setIsAll(true)}>
            Show all {formatCount(all.length)}
          </Button>
        </div>
      )}
    </div>
  )
}
