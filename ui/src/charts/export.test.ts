import { describe, expect, it } from 'vitest'

import { fileName } from './export'
import { csvText, jsonText } from './save'

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

describe('a JSON file', () => {
  const table = {
    columns: ['start_on', 'is_partial', 'mrr', 'customers', 'churn_rate'],
    rows: [
      ['2026-01-01', false, { amount_minor: 1250, currency: 'usd' }, 3, 0.25],
      ['2026-02-01', true, { amount_minor: -500, currency: 'jpy' }, 0, null],
    ],
  }

  it('has the same rows as a CSV, with amounts as in the API, and nothing that only looks like a number', () => {
    expect(JSON.parse(jsonText(table))).toEqual([
      { start_on: '2026-01-01', is_partial: false, mrr: { amount_minor: 1250, currency: 'usd' }, customers: 3, churn_rate: 0.25 },
      { start_on: '2026-02-01', is_partial: true, mrr: { amount_minor: -500, currency: 'jpy' }, customers: 0, churn_rate: null },
    ])
    expect(csvText(table).split('\r\n').slice(1, 3)).toEqual(['2026-01-01,false,12.50,3,0.25', '2026-02-01,true,-500,0,'])
  })

  it('has a row on each line, and keeps formulas as they are: nothing runs them', () => {
    expect(jsonText({ columns: ['name'], rows: [['=1+1'], ['b']] })).toBe('[\n{"name":"=1+1"},\n{"name":"b"}\n]\n')
  })

  it('loses no column of two with the same name, and is a list where there are no rows', () => {
    expect(JSON.parse(jsonText({ columns: ['Pro', 'Pro'], rows: [[1, 2]] }))).toEqual([{ Pro: 1, 'Pro (2)': 2 }])
    expect(JSON.parse(jsonText({ columns: ['a'], rows: [] }))).toEqual([])
  })
})

describe('a file’s name', () => {
  it('says whose and what, in characters that every system takes', () => {
    expect(fileName('Müller & Söhne', 'MRR / month')).toBe('müller-söhne-mrr-month')
  })
})
