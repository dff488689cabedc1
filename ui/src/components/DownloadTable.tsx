import type { ExportTable } from '~/charts/export'
import { FILE_KINDS, isFileKind, saveTable } from '~/charts/export'

import { buttonClass } from './Button'
import { ChevronIcon } from './icons'
import { MenuButton } from './Menu'

interface DownloadTableProps {
  table: () => ExportTable
  /** The file's name, without what it ends in. */
  name: string
  isDisabled?: boolean
}

/** Saves a table as the kind of file that the reader chooses. */
export function DownloadTable({ table, name, isDisabled = false }: DownloadTableProps) {
  return (
    <MenuButton
      hasText
      className={buttonClass('quiet', 'small')}
      entries={FILE_KINDS}
      isDisabled={isDisabled}
      label="Download"
      onAction={(id) => isFileKind(id) && saveTable(id, table(), name)}
    >
      Download
      <ChevronIcon className="size-3.5 text-ink-faint" />
    </MenuButton>
  )
}
