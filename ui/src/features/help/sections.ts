/** One heading of a help page with the text below it, as plain text. */
export interface Section {
  page: string
  pageTitle: string
  /** Empty for what stands below the page's title. */
  heading: string
  text: string
}

/** `Which lines count` → `which-lines-count`, the name of the place in the page's address. */
export function placeOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')
}

/** Markdown without its marks. */
export function plainText(markdown: string): string {
  return markdown
    .replaceAll(/^```.*$/gm, '')
    .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*]/g, '')
    .replaceAll(/^- /gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

export function sectionsOf(page: string, markdown: string): Section[] {
  const [head = '', ...rest] = markdown.split(/^#{2,} /m)
  const [title = '', ...intro] = head.replace(/^# /, '').split('\n')
  const pageTitle = plainText(title)
  const parts = rest.map((part) => {
    const [heading = '', ...lines] = part.split('\n')
    return { heading: plainText(heading), text: plainText(lines.join('\n')) }
  })
  return [{ heading: '', text: plainText(intro.join('\n')) }, ...parts].map((part) => ({ page, pageTitle, ...part }))
}
