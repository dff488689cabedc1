import { useMemo, useState } from 'react'
import type { HTMLAttributes, MouseEvent, ReactNode, Ref } from 'react'

import type { Cell } from '~/charts/export'
import { formatCount } from '~/format/number'

import { Button } from './Button'

export interface Column<Row> {
  id: string
  header: string
  cell: (row: Row) => ReactNode
  /** What stands below the column, from all rows. Left out where a sum would say nothing. */
  total?: (rows: readonly Row[]) => ReactNode
  /** What a file has in this column; without it, the column is not in the file. */
  value?: (row: Row) => Cell
  /** Figures are right-aligned. */
  isNumeric?: boolean
  /** What the column is sorted by. Without it, the column can't be sorted. */
  sortBy?: (row: Row) => string | number | null
  /** Left out on a narrow page. */
  isWideOnly?: boolean
  width?: string
  /** Whether what does not fit is cut off, where the widths of columns are fixed. */
  canShrink?: boolean
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
  initialSort?: readonly [Sorting]
  serverSort?: ServerSort
  onRowClick?: (row: Row) => void
  /** A row that stays last however the others are sorted: the sum of everything small. */
  isLast?: (row: Row) => boolean
  /** The rest, after sorting, opens on demand. */
  shownAtFirst?: number
  /** The rows are still those of the previous answer. */
  isStale?: boolean
  /** Whether the columns' names are broken into lines on a wide page, too, so that more columns have room. */
  hasLongHeads?: boolean
  /** How many rows there are, where only some of them are drawn. */
  rowCount?: number
  /** The widths of the columns in pixels, where they are not those of what is drawn. */
  widths?: readonly number[] | undefined
  tableRef?: Ref<HTMLTableElement>
  /** What the body consists of, where that is not simply all rows. */
  body?: (drawn: DrawnRows<Row>) => ReactNode
}

type RowAttributes = HTMLAttributes<HTMLTableRowElement> & { ref?: Ref<HTMLTableRowElement>; 'data-index'?: number }

/** What a body of its own is made of. */
export interface DrawnRows<Row> {
  rows: readonly Row[]
  columnCount: number
  draw: (row: Row, attributes: RowAttributes) => ReactNode
}

/** What rows are sorted by. */
export interface Sorting {
  id: string
  desc: boolean
}

function compare(a: string | number | null, b: string | number | null): number {
  if (a === b) return 0
  if (a === null) return -1
  if (b === null) return 1
  return typeof a === 'string' && typeof b === 'string' ? a.localeCompare(b) : a < b ? -1 : 1
}

function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sorting: Sorting | undefined): readonly Row[] {
  const by = columns.find(({ id }) => id === sorting?.id)?.sortBy
  if (by === undefined || sorting === undefined) return rows
  const direction = sorting.desc ? -1 : 1
  return rows.toSorted((a, b) => direction * compare(by(a), by(b)))
}

/** What the next click on a column's header sorts by: figures begin with the largest. */
function nextSorting(column: Pick<Column<never>, 'id' | 'isNumeric'>, now: Sorting | undefined): Sorting {
  return { id: column.id, desc: now?.id === column.id ? !now.desc : (column.isNumeric ?? false) }
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

function SortArrow({ sorted }: { sorted: 'asc' | 'desc' | undefined }) {
  return (
    // Joined to the words beside it, so that it never stands alone on a line.
    <span aria-hidden="true">
      {'\u2060'}
      <span className="inline-block w-4 text-center">{sorted === 'asc' ? '↑' : sorted === 'desc' ? '↓' : ''}</span>
      {'\u2060'}
    </span>
  )
}

/** The arrow and the first word are never on two lines. */
function ArrowFirst({ header, sorted }: { header: string; sorted: 'asc' | 'desc' | undefined }) {
  const [first = '', ...others] = header.split(' ')
  return (
    <>
      <span className="whitespace-nowrap">
        <SortArrow sorted={sorted} />
        {first}
      </span>
      {others.map((word) => ` ${word}`)}
    </>
  )
}

interface HeadProps {
  column: Pick<Column<never>, 'header' | 'isNumeric' | 'width'>
  sorted: 'asc' | 'desc' | undefined
  /** Absent where the column can't be sorted. */
  onSort?: () => void
  className: string
}

function Head({ column: { header, isNumeric = false, width }, sorted, onSort, className }: HeadProps) {
  return (
    <th
      aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : undefined}
      className={className}
      scope="col"
      style={width ? { width } : undefined}
    >
      {onSort ? (
        <button className="-mx-1 rounded px-1 [text-align:inherit] hover:text-ink" type="button" onClick={onSort}>
          {isNumeric ? <ArrowFirst header={header} sorted={sorted} /> : header}
          {!isNumeric && <SortArrow sorted={sorted} />}
        </button>
      ) : (
        header
      )}
    </th>
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
 * also a link in the row, for the keyboard. `fileOfRows` writes the same columns into a file.
 */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const {
    label,
    columns,
    rows,
    rowKey,
    initialSort,
    serverSort,
    onRowClick,
    isLast,
    shownAtFirst = Infinity,
    isStale = false,
    hasLongHeads = false,
    rowCount,
    widths,
    tableRef,
    body,
  } = props
  const [isAll, setIsAll] = useState(false)
  const [ownSort, setOwnSort] = useState<Sorting | undefined>(initialSort?.[0])
  const sorting = serverSort ? { id: serverSort.value.replace(/^-/, ''), desc: serverSort.value.startsWith('-') } : ownSort
  const isByServer = serverSort !== undefined
  const all = useMemo(() => {
    const inOrder = isByServer ? rows : sorted(rows, columns, ownSort)
    return isLast ? inOrder.toSorted((a, b) => Number(isLast(a)) - Number(isLast(b))) : inOrder
  }, [isByServer, rows, columns, ownSort, isLast])
  const canSort = ({ id, sortBy }: Column<Row>) => (serverSort ? serverSort.columns.includes(id) : sortBy !== undefined)
  const sort = (column: Column<Row>) => {
    const next = nextSorting(column, sorting)
    if (serverSort) serverSort.onChange(`${next.desc ? '-' : ''}${next.id}`)
    else setOwnSort(next)
  }
  const shown = isAll ? all : all.slice(0, shownAtFirst)
  const edges = { first: columns.find(isNarrow), last: columns.findLast(isNarrow) }
  const draw = (row: Row, attributes: RowAttributes = {}) => (
    <tr
      key={rowKey(row)}
      className={`border-b border-line last:border-0 ${onRowClick ? 'cursor-pointer hover:bg-hover/60' : ''}`}
      onClick={onRowClick ? (event) => isPlainClick(event) && onRowClick(row) : undefined}
      {...attributes}
    >
      {columns.map((column) => (
        <td key={column.id} className={cellClass(column, edges)}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  )
  return (
    // A wide table scrolls by itself, not with the page. The keyboard can scroll what it can focus.
    <div aria-label={label} className="relative overflow-x-auto" role="group" tabIndex={0}>
      <table
        ref={tableRef}
        aria-busy={isStale}
        aria-rowcount={rowCount}
        className={`border-collapse text-sm transition-opacity ${widths ? 'min-w-full table-fixed' : 'w-full'} ${isStale ? 'opacity-60' : ''}`}
        style={widths && { width: widths.reduce((sum, width) => sum + width, 0) }}
      >
        <thead>
          <tr className="border-b border-line text-xs text-ink-soft">
            {columns.map((column, at) => (
              <Head
                key={column.id}
                className={`${cellClass(column, edges)} align-bottom font-medium whitespace-normal ${hasLongHeads ? '' : 'md:whitespace-nowrap'}`}
                column={widths?.[at] ? { ...column, width: `${widths[at]}px` } : column}
                sorted={sorting?.id !== column.id ? undefined : sorting.desc ? 'desc' : 'asc'}
                {...(canSort(column) ? { onSort: () => sort(column) } : {})}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {body
            ? body({ rows: all, columnCount: columns.length, draw })
            : shown.map((row) => draw(row))}
        </tbody>
        {columns.some(({ total }) => total) && (rowCount ?? rows.length) > 1 && (
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
      {!body && shown.length < all.length && (
        <div className="py-2 text-center">
          <Button size="small" onPress={() => setIsAll(true)}>
            Show all {formatCount(all.length)}
          </Button>
        </div>
      )}
    </div>
  )
}
