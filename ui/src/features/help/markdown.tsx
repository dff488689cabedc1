import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { placeOf, plainText } from './sections'

/** The little of Markdown that the definitions are written in: headings, paragraphs, lists, tables, code, links, emphasis. */
const INLINE = /(`[^`]+`)|\*\*(.+?)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^)]+)\)/g

function link(text: string, target: string, key: number): ReactNode {
  const [, page, place] = /^(?:(?:\.\/)?([a-z-]+)\.md)?(?:#(.+))?$/.exec(target) ?? []
  if (page || place) {
    return (
      <Link
        key={key}
        className="link"
        {...(page ? { params: { page }, to: '/help/$page' } : { to: '.' })}
        {...(place ? { hash: place } : {})}
      >
        {inline(text)}
      </Link>
    )
  }
  return target.startsWith('https:') ? (
    <a key={key} className="link" href={target} rel="noreferrer" target="_blank">
      {text}
    </a>
  ) : (
    text
  )
}

/** As on the other pages: the files are written with what a keyboard has. */
const typeset = (text: string) => text.replaceAll(/(?<=\p{L})'/gu, '’')

export function inline(text: string): ReactNode[] {
  const parts: ReactNode[] = []
  let end = 0
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, strong, emphasis, label, target] = match
    parts.push(typeset(text.slice(end, match.index)))
    end = match.index + whole.length
    if (code)
      parts.push(
        <code key={end} className="rounded bg-sunken px-1 font-mono text-[0.9em]">
          {code.slice(1, -1)}
        </code>,
      )
    else if (strong) parts.push(<strong key={end}>{inline(strong)}</strong>)
    else if (emphasis) parts.push(<em key={end}>{inline(emphasis)}</em>)
    else if (label && target) parts.push(link(label, target, end))
  }
  parts.push(typeset(text.slice(end)))
  return parts
}

/** Paragraphs and lists are apart by empty lines; a code block may hold some. */
function blocksOf(text: string): string[] {
  const blocks: string[] = []
  for (const [index, part] of text.split(/^```.*$/m).entries()) {
    if (index % 2 === 1) blocks.push(`\`\`\`${part}`)
    else
      blocks.push(
        ...part
          .split(/\n\s*\n/)
          .map((block) => block.trim())
          .filter(Boolean),
      )
  }
  return blocks
}

/** The items of a list whose marks look like this. */
const itemsOf = (text: string, mark: RegExp) =>
  text
    .split(mark)
    .filter(Boolean)
    .map((item) => <li key={item}>{inline(item.replaceAll('\n', ' ').trim())}</li>)

/** A bar within a cell is written with a backslash. */
const cellsOf = (line: string) =>
  line
    .replaceAll(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))

/** Its second line only says that the first one is its head. */
function table(text: string, key: number): ReactNode {
  const [head = '', , ...rows] = text.split('\n')
  const columns = cellsOf(head)
  return (
    <div key={key} aria-label={plainText(columns.join(', '))} className="overflow-x-auto" role="group" tabIndex={0}>
      <table className="w-full text-left text-[0.9375rem]">
        <thead className="text-[0.8125rem] text-ink-soft">
          <tr>
            {columns.map((cell) => (
              <th key={cell} className="py-2 pr-4 font-medium" scope="col">
                {inline(cell)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-y border-line align-top">
          {rows.map((row) => (
            <tr key={row}>
              {cellsOf(row).map((cell, column) => (
                <td key={columns[column] ?? column} className="py-2 pr-4">
                  {inline(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function block(text: string, key: number): ReactNode {
  if (text.startsWith('```')) {
    return (
      <pre
        key={key}
        className="overflow-x-auto rounded-lg bg-sunken px-4 py-3 font-mono text-[0.8125rem] leading-relaxed"
        tabIndex={0}
      >
        {text.slice(3).trim()}
      </pre>
    )
  }
  const heading = /^(#+) (.*)$/.exec(text)
  if (heading) {
    const [, marks = '', title = ''] = heading
    return marks.length === 1 ? (
      <h1 key={key} className="text-2xl font-semibold tracking-tight">
        {inline(title)}
      </h1>
    ) : (
      <h2 key={key} className="scroll-mt-20 pt-3 text-lg font-semibold" id={placeOf(plainText(title))}>
        {inline(title)}
      </h2>
    )
  }
  if (text.startsWith('- ')) {
    return (
      <ul key={key} className="flex list-disc flex-col gap-1.5 pl-5">
        {itemsOf(text, /^- /m)}
      </ul>
    )
  }
  if (text.startsWith('1. ')) {
    return (
      <ol key={key} className="flex list-decimal flex-col gap-1.5 pl-5">
        {itemsOf(text, /^\d+\. /m)}
      </ol>
    )
  }
  if (text.startsWith('| ')) return table(text, key)
  return <p key={key}>{inline(text.replaceAll('\n', ' '))}</p>
}

export function Markdown({ text }: { text: string }) {
  return <div className="flex flex-col gap-4 leading-relaxed">{blocksOf(text).map(block)}</div>
}
