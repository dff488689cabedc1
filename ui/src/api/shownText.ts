/**
 * Characters that change how the text around them is read: directional overrides and isolates, and control characters other than
 * line breaks and tabs. A name is free text from elsewhere; with them it could stand on a page as another name.
 */
const DECEPTIVE = /(?![\t\n\r])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** The same characters as JSON may escape them. */
const ESCAPED = /\\u00[0189]|\\u007f|\\u061c|\\u20[026][0-9a-f]|\\ufeff/i

export const shownText = (text: string) => text.replace(DECEPTIVE, '')

/** Reads an answer of the server. Only one that holds such characters is looked at string by string. */
export function parseAnswer<T>(json: string): T {
  DECEPTIVE.lastIndex = 0
  if (!DECEPTIVE.test(json) && !ESCAPED.test(json)) return JSON.parse(json) as T
  return JSON.parse(json, (_, value: unknown) => (typeof value === 'string' ? shownText(value) : value)) as T
}
