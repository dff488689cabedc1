import { useState } from 'react'

import { ApiError, api, failureText } from '~/api/client'
import type { ExportRequest } from '~/api/types'
import type { ExportTable, FileKind } from '~/charts/export'
import { FILE_KINDS, isFileKind, saveTable } from '~/charts/export'
import { formatCount } from '~/format/number'

import { Spinner, buttonClass } from './Button'
import { ChevronIcon } from './icons'
import { MenuButton } from './Menu'

/** Which list it is, as the audit log names it; `connection_id` is missing for a list of the workspace. */
export interface Exported {
  list: ExportRequest['list']
  connection_id?: string
}

interface DownloadAllProps<Row> {
  exported: Exported
  /** How many rows there will be; `null` where that is not known. */
  total: number | null | undefined
  /** Requests all rows, and says how many are here. */
  load: (onProgress: (rows: number) => void) => Promise<Row[]>
  table: (rows: Row[]) => ExportTable
  name: string
}

const progressText = (count: number, total: number | null | undefined) =>
  total ? `${formatCount(Math.min(count, total))} of ${formatCount(total)}` : formatCount(count)

/** Downloads a whole list, also what the page has not requested yet. */
export function DownloadAll<Row>({ exported, total, load, table, name }: DownloadAllProps<Row>) {
  const [count, setCount] = useState<number>()
  const [failure, setFailure] = useState<string>()
  const isPending = count !== undefined
  const download = async (kind: FileKind) => {
    setCount(0)
    setFailure(undefined)
    try {
      const rows = await load(setCount)
      // Nothing is saved that is not on record.
      await api.post('/exports', { ...exported, format: kind, rows: rows.length })
      await saveTable(kind, table(rows), name)
    } catch (error) {
      setFailure(error instanceof ApiError ? failureText(error) : 'Try again.')
    }
    setCount(undefined)
  }
  return (
    <span className="flex items-center gap-2">
      {failure !== undefined && (
        <span className="text-[0.8125rem] text-danger" role="alert">
          The download failed. {failure}
        </span>
      )}
      <MenuButton
        hasText
        className={buttonClass('quiet', 'small')}
        entries={FILE_KINDS.map((kind) => ({ ...kind, isDisabled: isPending }))}
        isDisabled={total === undefined || total === 0}
        label="Download"
        onAction={(id) => isFileKind(id) && void download(id)}
      >
        {isPending && <Spinner />}
        {isPending ? progressText(count, total) : 'Download'}
        <ChevronIcon className="size-3.5 text-ink-faint" />
      </MenuButton>
    </span>
  )
}
