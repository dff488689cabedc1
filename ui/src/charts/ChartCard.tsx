import { useState } from 'react'
import type { ReactNode } from 'react'

import { IconButton, iconButtonClass } from '~/components/Button'
import { TitleWithIcon } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { CardSkeleton, ErrorState, Skeleton } from '~/components/Feedback'
import { ChartIcon, MoreIcon, TableIcon } from '~/components/icons'
import { loadable } from '~/components/loadable'
import { MenuButton } from '~/components/Menu'

import { Canvas } from './Canvas'
import { Definition } from './Definition'
import type { Drawing, ExportTable } from './export'
import { FILE_KINDS, PNG, isFileKind, savePng, saveTable } from './export'
import type { Handlers } from './listen'
import type { Plot } from './plot'

/** The same figures as rows, for the keyboard, for screen readers and for people who prefer to read them. */
export interface ChartTable<Row extends object> {
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
}

export interface ChartCardProps<Row extends object> extends Handlers {
  title: string
  /** On a saved picture below the title: the range, and how far the data goes. */
  caption: string
  /** The registry's id of the metric that explains the figures. */
  metric: string
  /** Instead of the metric's, for what is no metric of its own. */
  definition?: ReactNode
  plot: () => Plot
  label: string
  height?: number | undefined
  table: ChartTable<Row>
  file: { name: string; table: () => ExportTable }
  legend?: ReactNode
  controls?: ReactNode
  note?: ReactNode
  /** Instead of the chart, when there is nothing to draw. */
  empty?: ReactNode
  isLoading?: boolean
  isStale?: boolean
  error?: unknown
  onRetry?: () => void
  /** What belongs to the chart, below it. */
  children?: ReactNode
}

export function ChartCard<Row extends object>(props: ChartCardProps<Row>) {
  const {
    title,
    metric,
    definition = <Definition metric={metric} />,
    height = 300,
    empty,
    isLoading = false,
    isStale = false,
    error,
    legend,
    controls,
    note,
    children,
  } = props
  const [isTable, setIsTable] = useState(false)
  const [drawing, setDrawing] = useState<Drawing | null>(null)
  const hasFigures = !isLoading && !error && !empty
  return (
    <section aria-label={title} className="card min-w-0">
      <header className="flex flex-wrap items-start gap-x-2 gap-y-2 px-4 pt-4 sm:px-5">
        <div className="min-w-0 flex-1 sm:basis-52">
          <h2 className="font-semibold">
            <TitleWithIcon icon={definition} title={title} />
          </h2>
        </div>
        {/* On a phone below the title and what can be done with the chart. */}
        {controls && <div className="max-w-full max-sm:order-last max-sm:w-full">{controls}</div>}
        <div className="no-print flex">
          <IconButton
            aria-pressed={isTable}
            isDisabled={!hasFigures}
            label={isTable ? `Show ${title} as a chart` : `Show ${title} as a table`}
            onPress={() => setIsTable(!isTable)}
          >
            {isTable ? <ChartIcon /> : <TableIcon />}
          </IconButton>
          <DownloadMenu {...props} drawing={isTable ? null : drawing} isDisabled={!hasFigures} />
        </div>
      </header>
      {legend && !empty && <div className="px-4 pt-3 sm:px-5">{legend}</div>}
      <div className={`pt-3 pb-3 transition-opacity ${isTable && hasFigures ? '' : 'px-2 sm:px-3'} ${isStale ? 'opacity-60' : ''}`}>
        <Body {...props} height={height} isTable={isTable} setDrawing={setDrawing} />
      </div>
      {note && !empty && <p className="border-t border-line px-4 py-2.5 text-[0.8125rem] text-ink-soft sm:px-5">{note}</p>}
      {children}
    </section>
  )
}

/** What has nothing to draw takes less room. */
const EMPTY_PX = 200

/** Charts are seen first, tables by choice. */
const [useDataTable] = loadable(() => import('~/components/DataTable'))

function Table<Row extends object>(props: ChartTable<Row> & { label: string }) {
  const code = useDataTable(true)
  return code ? <code.DataTable {...props} /> : <CardSkeleton rows={12} />
}

function Body<Row extends object>(
  props: ChartCardProps<Row> & { height: number; isTable: boolean; setDrawing: (drawing: Drawing | null) => void },
) {
  const { height, error, isLoading, empty, isTable, table, title, label, plot, onMark, buckets, onRetry, setDrawing } = props
  if (error) return <ErrorState error={error} {...(onRetry ? { onRetry } : {})} />
  if (isLoading) {
    return (
      <div aria-label={`Loading ${title}`} role="status" style={{ height }}>
        <Skeleton className="size-full" />
      </div>
    )
  }
  if (empty)
    return (
      <div className="grid place-items-center" style={{ minHeight: Math.min(height, EMPTY_PX) }}>
        {empty}
      </div>
    )
  if (isTable) {
    return (
      <div className="overflow-y-auto" style={{ minHeight: height, maxHeight: Math.max(height, 420) }}>
        <Table {...table} label={`${title}, as a table`} />
      </div>
    )
  }
  return <Canvas buckets={buckets} height={height} label={label} plot={plot} onMark={onMark} onReady={setDrawing} />
}

function DownloadMenu<Row extends object>({
  title,
  caption,
  file,
  drawing,
  isDisabled,
}: ChartCardProps<Row> & { drawing: Drawing | null; isDisabled: boolean }) {
  return (
    <MenuButton
      className={iconButtonClass()}
      entries={[
        ...FILE_KINDS,
        { ...PNG, isDisabled: drawing === null },
      ]}
      isDisabled={isDisabled}
      label={`Download ${title}`}
      onAction={(id) => {
        if (isFileKind(id)) void saveTable(id, file.table(), file.name)
        else if (drawing) void savePng(drawing, title, caption, file.name)
      }}
    >
      <MoreIcon />
    </MenuButton>
  )
}
