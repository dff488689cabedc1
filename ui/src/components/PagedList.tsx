import type { InfiniteData } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import type { ExportTable } from '~/charts/export'
import { countOf } from '~/format/number'

import type { Exported } from './DownloadAll'
import { DownloadAll } from './DownloadAll'
import { ErrorState, SkeletonRows } from './Feedback'
import { ShowMore } from './ShowMore'

interface Page<Row> {
  data: Row[]
  total: number
}

interface PagedListProps<Row> {
  list: {
    data: InfiniteData<Page<Row>> | undefined
    error: Error | null
    refetch: () => Promise<unknown>
  } & Parameters<typeof ShowMore>[0]['list']
  /** What a row is: `customer`. */
  noun: string
  /** Shown where there is nothing. */
  empty: ReactNode
  download: {
    exported: Exported
    name: string
    load: (onProgress: (rows: number) => void) => Promise<Row[]>
    table: (rows: Row[]) => ExportTable
  }
  /** The table of the rows that are here so far. */
  children: (rows: readonly Row[]) => ReactNode
}

/** A list in a drawer: how many rows there are, all of them as a file, and a table that shows more when asked. */
export function PagedList<Row>({ list, noun, empty, download, children }: PagedListProps<Row>) {
  const rows = useMemo(() => list.data?.pages.flatMap(({ data }) => data) ?? [], [list.data])
  const total = list.data?.pages[0]?.total
  if (list.error && total === undefined) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  if (total === undefined) return <SkeletonRows rows={10} />
  if (total === 0) return empty
  return (
    <div>
      <div className="flex flex-wrap items-center gap-2 pb-2">
        <p className="flex-1 text-[0.8125rem] text-ink-soft" role="status">
          {countOf(total, noun)}
        </p>
        <DownloadAll {...download} total={total} />
      </div>
      <div className="-mx-5">{children(rows)}</div>
      <ShowMore className="pt-3" list={list} />
    </div>
  )
}
