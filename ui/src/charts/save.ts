/** Writes files. It comes with the first download: see `export`. */
import type { Cell, Drawing, ExportTable, FileKind, Picture } from './export'
import { cellText } from './export'
import { token } from './palette'
import type { NamedColor } from './plot'

/** RFC 4180. A cell that a spreadsheet would run as a formula is kept text by a leading apostrophe; plain numbers stay. */
export function csvText({ columns, rows }: ExportTable): string {
  const write = (cell: Cell) => {
    const text = cellText(cell)
    const isNumber = /^-?\d+(\.\d+)?$/.test(text)
    const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return [columns, ...rows].map((row) => row.map(write).join(',')).join('\r\n') + '\r\n'
}

/** Two plans can have the same name, but two members of an object can't. */
function apart(columns: readonly string[]): string[] {
  const counts = new Map<string, number>()
  return columns.map((column) => {
    const count = (counts.get(column) ?? 0) + 1
    counts.set(column, count)
    return count === 1 ? column : `${column} (${count})`
  })
}

/** One object for each row, on a line of its own. An amount is as in the API: in the smallest unit, with its currency. */
export function jsonText({ columns, rows }: ExportTable): string {
  const names = apart(columns)
  const lines = rows.map((row) => JSON.stringify(Object.fromEntries(names.map((name, at) => [name, row[at] ?? null]))))
  return `[\n${lines.join(',\n')}\n]\n`
}

function save(blob: Blob, name: string) {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

export function saveTable(kind: FileKind, table: ExportTable, name: string) {
  const blob =
    kind === 'csv'
      ? // The mark in front tells spreadsheets that it is UTF-8.
        new Blob(['\uFEFF', csvText(table)], { type: 'text/csv;charset=utf-8' })
      : new Blob([jsonText(table)], { type: 'application/json' })
  save(blob, `${name}.${kind}`)
}

const HEAD = 64
const MARGIN = 20
const SCALE = 2

const LEGEND_LINE = 22

interface LegendEntry extends NamedColor {
  x: number
  line: number
}

/** The names of several series, broken into lines as wide as the chart; one series is named by the title. */
function legendOf({ names, width }: Picture, context: CanvasRenderingContext2D): LegendEntry[] {
  if (names.length < 2) return []
  let [x, line] = [0, 0]
  return names.map(({ name, color }) => {
    const length = context.measureText(name).width + 36
    if (x > 0 && x + length > width) [x, line] = [0, line + 1]
    const entry = { name, color, x, line }
    x += length
    return entry
  })
}

export async function savePng(drawing: Drawing, title: string, caption: string, name: string) {
  const picture = await drawing.picture(SCALE)
  const { width, height } = picture
  const canvas = document.createElement('canvas')
  canvas.width = (width + 2 * MARGIN) * SCALE
  const context = canvas.getContext('2d')
  if (!context) return
  const font = getComputedStyle(document.body).fontFamily
  context.font = `13px ${font}`
  const legend = legendOf(picture, context)
  const legendHeight = legend.length === 0 ? 0 : ((legend.at(-1)?.line ?? 0) + 1) * LEGEND_LINE + 4
  // A new size empties the canvas, its font with it.
  canvas.height = (height + HEAD + legendHeight + MARGIN) * SCALE
  context.scale(SCALE, SCALE)
  context.fillStyle = token('--surface')
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.fillStyle = token('--ink')
  context.font = `600 17px ${font}`
  context.fillText(title, MARGIN, 30)
  context.fillStyle = token('--ink-soft')
  context.font = `13px ${font}`
  context.fillText(caption, MARGIN, 51)
  for (const { name, color, x, line } of legend) {
    const y = HEAD + line * LEGEND_LINE
    context.fillStyle = color
    context.fillRect(MARGIN + x, y + 3, 10, 10)
    context.fillStyle = token('--ink')
    context.fillText(name, MARGIN + x + 16, y + 13)
  }
  context.drawImage(picture.canvas, MARGIN, HEAD + legendHeight, width, height)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (blob) save(blob, `${name}.png`)
}
