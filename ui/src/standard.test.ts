/** What docs/security/asvs.md says of the pages and no page's own test shows. */
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'

import { parseAnswer } from '~/api/shownText'
import { TextField } from '~/components/Field'
import { parseSearch } from '~/view/search'

const SOURCES = Object.entries(import.meta.glob<string>('./**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true })).filter(
  ([path]) => !path.endsWith('.test.ts'),
)

/** The text of each use of a component, from its name to its end. */
const uses = (component: string) =>
  SOURCES.flatMap(([path, text]) =>
    text
      .split(`<${component}`)
      .slice(1)
      .map((rest) => ({ path, text: rest.slice(0, rest.indexOf('/>')), file: text })),
  )

describe('text that somebody else wrote', () => {
  it('never becomes markup or code of a page', () => {
    const dangerous = /dangerouslySetInnerHTML|\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(|createContextualFragment|srcDoc/
    expect(SOURCES.length).toBeGreaterThan(200)
    expect(SOURCES.filter(([, text]) => dangerous.test(text)).map(([path]) => path)).toEqual([])
  })

  it('changes no object but its own, in an answer or an address', () => {
    const answer = parseAnswer<Record<string, unknown>>('{"__proto__": {"is_admin": true}, "constructor": {"prototype": {"is_admin": true}}}')
    const search = parseSearch('?__proto__=a&__proto__=b&constructor=c&toString=d')
    expect(Object.keys(search)).toEqual(['__proto__', 'constructor', 'toString'])
    expect(search.constructor).toBe('c')
    for (const object of [{}, [], search]) expect(object).not.toHaveProperty('is_admin')
    expect(Object.getPrototypeOf(search)).toBe(Object.prototype)
    expect(Object.hasOwn(answer, '__proto__')).toBe(true)
  })
})

describe('a field for a password', () => {
  const fields = uses('TextField').filter(({ text }) => /label="[^"]*password/i.test(text))

  it('hides what is typed', () => {
    expect(fields.length).toBeGreaterThan(10)
    const open = fields.filter(({ text, file }) => !text.includes('type="password"') && !(text.includes('{...field(') && file.includes("type: 'password'")))
    expect(open.map(({ path }) => path)).toEqual([])
    const markup = renderToStaticMarkup(createElement(TextField, { label: 'Password', type: 'password', autoComplete: 'new-password' }))
    expect(markup).toContain('type="password"')
    expect(markup).toContain('autoComplete="new-password"')
  })

  it('says to password managers what it is for, and takes what is pasted', () => {
    const silent = fields.filter(({ text, file }) => !text.includes('autoComplete=') && !(text.includes('{...field(') && file.includes('autoComplete: ')))
    expect(silent.map(({ path }) => path)).toEqual([])
    expect(SOURCES.filter(([, text]) => /onPaste|'paste'/.test(text)).map(([path]) => path)).toEqual([])
  })
})
