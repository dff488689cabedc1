import { describe, expect, it } from 'vitest'

import { csvText, fileName } from './export'

describe('a CSV file', () => {
  it('quotes what would break a row, and leaves an absent value empty', () => {
    const text = csvText({
      columns: ['name', 'mrr'],
      rows: [
        ['Smith, "Ann"', '12.50'],
        ['x', null],
      ],
    })
    expect(text).toBe('name,mrr\r\n"Smith, ""Ann""",12.50\r\nx,\r\n')
  })

  it('keeps a customer’s name from being run as a formula, and a loss a number', () => {
    expect(csvText({ columns: ['a'], rows: [['=HYPERLINK("x")'], ['-12.50'], ['@me']] })).toBe(
      'a\r\n"\'=HYPERLINK(""x"")"\r\n-12.50\r\n\'@me\r\n',
    )
  })
})

describe('a file’s name', () => {
  it('says whose and what, in characters that every system takes', () => {
    expect(fileName('Müller & Söhne', 'MRR / month')).toBe('müller-söhne-mrr-month')
  })
})
