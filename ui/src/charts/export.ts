import { reachability } from '~/api/reachability'
import type { Money } from '~/api/types'
import { majorText } from '~/format/money'

import type { NamedColor } from './plot'

/** What stands in a file: days as `YYYY-MM-DD`, amounts as each kind of file writes them. */
export type Cell = string | number | boolean | null | Money

export interface ExportTable {
  columns: string[]
  rows: Cell[][]
}

/** An amount in the main unit as plain text: what a spreadsheet reads without asking. */
export function cellText(cell: Cell): string {
  if (cell === null) return ''
  return typeof cell === 'object' ? majorText(cell.amount_minor, cell.currency) : String(cell)
}

/** `Northwind Cloud`, `MRR by month` → `northwind-cloud-mrr-by-month`. */
export function fileName(...parts: string[]): string {
  const slug = (text: string) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
      .replaceAll(/^-|-$/g, '')
  return parts.map(slug).filter(Boolean).join('-')
}

export const FILE_KINDS = [
  { id: 'csv', text: 'Download CSV' },
  { id: 'json', text: 'Download JSON' },
] as const

/** Of what is drawn. */
export const PNG = { id: 'png', text: 'Download PNG' } as const

export type FileKind = (typeof FILE_KINDS)[number]['id']

export const isFileKind = (id: string): id is FileKind => FILE_KINDS.some((kind) => kind.id === id)

const writing = () => import('./save')

/** The banner above the page says that the server is away. */
const missing = () => reachability.failed()

/** Fetches what writes files before one is wanted. */
export function preloadSaving() {
  writing().catch(() => {})
}

/** Saves rows as a file. */
export async function saveTable(kind: FileKind, table: ExportTable, name: string) {
  await writing().then((save) => save.saveTable(kind, table, name), missing)
}

/** Saves a drawing as it stands, under its title and the range and date that make it readable without the page. */
export async function savePng(drawing: Drawing, title: string, caption: string, name: string) {
  await writing().then((save) => save.savePng(drawing, title, caption, name), missing)
}

/** A chart or a map as it stands on the page. */
export interface Drawing {
  picture: (scale: number) => Picture | Promise<Picture>
}

export interface Picture {
  canvas: CanvasImageSource
  /** In pixels of the page. */
  width: number
  height: number
  names: readonly NamedColor[]
}
