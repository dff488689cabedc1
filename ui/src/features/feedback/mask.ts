/** What hides somebody in a picture: letters and digits are replaced, so that the page keeps its shape. */

const EMAIL = /[^\s<>(),;:"]+@[^\s<>(),;:"]+\.[^\s<>(),;:"]+/gu
const LETTERS = /[\p{L}\p{N}]/gu

export const hidden = (text: string) => text.replace(LETTERS, '•')

/** A text without email addresses and without any of the names. Of names of one letter, only a text that is nothing else is hidden. */
export function masked(text: string, names: readonly string[]): string {
  const bare = text.trim()
  if (names.includes(bare)) return hidden(text)
  let rest = text.replace(EMAIL, hidden)
  for (const name of names) if (name.length > 1) rest = rest.replaceAll(name, hidden)
  return rest
}

const PERSONAL = new Set(['email', 'full_name', 'username', 'actor_name', 'invited_by', 'entered_by', 'created_by', 'last4', 'description'])

/** What the API's answers say of people, by the names of its fields, the longest first. */
export function personalTexts(answers: readonly unknown[]): string[] {
  const found = new Set<string>()
  const add = (value: unknown) => {
    const text = typeof value === 'string' ? value.trim() : ''
    if (text !== '') found.add(text)
  }
  const walk = (value: unknown) => {
    if (Array.isArray(value)) return value.forEach(walk)
    if (typeof value !== 'object' || value === null) return
    for (const [key, member] of Object.entries(value)) {
      if (PERSONAL.has(key)) add(member)
      // Plans and workspaces have names as well: those of people stand beside what else identifies them.
      else if (key === 'name' && ('email' in value || 'customer_id' in value)) add(member)
      else walk(member)
    }
  }
  answers.forEach(walk)
  return [...found].toSorted((one, other) => other.length - one.length)
}
