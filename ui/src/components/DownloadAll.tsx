import { useState } from 'react'

import type { ExportTable } from '~/charts/export'
import { saveCsv } from '~/charts/export'
import { formatCount } from '~/format/number'

import { Button } from './Button'

interface DownloadAllProps<Row> {
  /** How many rows there will be. */
  total: number | undefined
  /** Requests all rows, and says how many are here. */
  load: (onProgress: (rows: number) => void) => Promise<Row[]>
  table: (rows: Row[]) => ExportTable
  name: string
}

/** Downloads a whole list, also what the page has not requested yet. */
export function DownloadAll<Row>({ total, load, table, name }: DownloadAllProps<Row>) {
  const [count, setCount] = useState<number>()
  const [hasFailed, setHasFailed] = useState(false)
  const isPending = count !== undefined
  const download = async () => {
    setCount(0)
    setHasFailed(false)
    try {
      saveCsv(table(await load(setCount)), name)
    } catch {
      setHasFailed(true)
    }
    setCount(undefined)
  }
  return (
    <span className="flex items-center gap-2">
      {hasFailed && (
        <span className="text-[0.8125rem] text-danger" role="alert">
          The download failed. Try again.
        </span>
      )}
      <Button isDisabled={!total} isPending={isPending} kind="quiet" size="small" onPress={() => void download()}>
        {isPending && total ? `${formatCount(Math.min(count, total))} of ${formatCount(total)}` : 'Download CSV'}
      </Button>
    </span>
  )
}
