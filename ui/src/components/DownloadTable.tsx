import type { Drawing, ExportTable } from '~/charts/export'
import { FILE_KINDS, PNG, isFileKind, savePng, saveTable } from '~/charts/export'

import { buttonClass } from './Button'
import { ChevronIcon } from './icons'
import { MenuButton } from './Menu'

interface DownloadTableProps {
  table: () => ExportTable
  /** The file's name, without what it ends in. */
  name: string
  isDisabled?: boolean
  /** What is drawn of it, and what stands over that. */
  picture?: { title: string; caption: string; drawing: Drawing } | undefined
}

/** Saves a table as the kind of file that the reader chooses. */
export function DownloadTable({ table, name, isDisabled = false, picture }: DownloadTableProps) {
  return (
    <MenuButton
      hasText
      className={buttonClass('quiet', 'small')}
      entries={picture ? [...FILE_KINDS, PNG] : FILE_KINDS}
      isDisabled={isDisabled}
      label="Download"
      onAction={(id) => {
        if (isFileKind(id)) void saveTable(id, table(), name)
        else if (picture) void savePng(picture.drawing, picture.title, picture.caption, name)
      }}
    >
      Download
      <ChevronIcon className="size-3.5 text-ink-faint" />
    </MenuButton>
  )
}
