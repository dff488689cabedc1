import { ChevronIcon, ColumnsIcon } from './icons'
import { MenuButton } from './Menu'

interface ColumnPickerProps {
  /** Those that can be left out, in their order. */
  columns: readonly { id: string; header: string }[]
  shown: readonly string[]
  /** In the order of the columns. */
  onChange: (shown: string[]) => void
}

/** Which columns a table has. */
export function ColumnPicker({ columns, shown, onChange }: ColumnPickerProps) {
  return (
    <MenuButton
      hasText
      className="flex h-9 shrink-0 items-center gap-2 rounded-lg border border-line bg-surface px-2.5 text-sm hover:bg-hover"
      entries={columns.map(({ id, header }) => ({ id, text: header }))}
      label="Columns"
      selected={shown}
      onSelect={onChange}
    >
      <ColumnsIcon className="size-4 text-ink-faint" />
      Columns
      <ChevronIcon className="size-4 text-ink-faint" />
    </MenuButton>
  )
}
