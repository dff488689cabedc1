import world from 'virtual:outlines'
import { describe, expect, it } from 'vitest'

import type { GroupRow } from '~/features/groups/useGroups'

import { mappedOf } from './mapped'

const row = (key: string, label: string, mrr_minor: number, customers: number): GroupRow => ({
  key,
  label,
  group: { key, label },
  currency: 'usd',
  mrr_minor,
  customers,
  before_minor: null,
  change_minor: null,
  change_ratio: null, lacksRates: false,
  arpa_minor: null,
  share: mrr_minor / 1_000_000,
})

const rows = [
  row('US', 'United States', 700_000, 40),
  row('SG', 'Singapore', 150_000, 3),
  row('unknown', 'Unknown country', 90_000, 7),
  row('RE', 'Réunion', 9_000, 1),
  row('FR', 'France', 1_000, 1),
  row('DE', 'Germany', 0, 0),
]

const mapped = (figure: 'mrr' | 'customers') => mappedOf({ world, rows, figure, currency: 'usd' })

describe('the map of countries', () => {
  it('has every country that has a figure, with both figures beside the pointer', () => {
    expect([...mapped('mrr').countries.keys()]).toEqual(['US', 'SG', 'FR'])
    expect(mapped('mrr').countries.get('US')?.tip).toMatchObject({
      title: 'United States',
      rows: [
        { name: 'MRR', text: '$7,000.00 (70.0%)' },
        { name: 'Customers', text: '40' },
      ],
    })
  })

  it('names what it has no place for', () => {
    expect(mapped('mrr').elsewhere).toBe('Unknown country $900.00, Réunion $90.00')
    expect(mapped('customers').elsewhere).toBe('Unknown country 7, Réunion 1')
    expect(mappedOf({ world, rows: rows.slice(0, 2), figure: 'mrr', currency: 'usd' }).elsewhere).toBeNull()
  })

  it('says what each shade stands for', () => {
    expect(mapped('mrr').shades.map(({ text }) => text)).toEqual(['Under $500', '$500–$2K', '$2K or more'])
    expect(mapped('customers').shades.map(({ text }) => text)).toEqual(['1', '2–19', '20 or more'])
  })

  it('finds a country by the code that the server has for it', () => {
    const { countries, keys } = mappedOf({ world, rows: [row('us', 'United States', 100, 1)], figure: 'mrr', currency: 'usd' })
    expect(countries.has('US')).toBe(true)
    expect(keys.get('US')).toBe('us')
  })
})

describe('the outlines of the world', () => {
  const of = new Map(world.outlines.map((outline) => [outline.code, outline]))

  it('has each country once, and those without a number of their own', () => {
    expect(of.size).toBe(world.outlines.length)
    expect(['US', 'DE', 'IN', 'BR', 'ZA', 'AU', 'JP', 'TW', 'PS', 'XK'].filter((code) => !of.has(code))).toEqual([])
  })

  it('has a dot for what is too small to be seen, and for nothing else', () => {
    expect(['SG', 'HK', 'MT', 'BH', 'LU'].filter((code) => !of.get(code)?.dot)).toEqual([])
    expect(['US', 'AU', 'FR', 'NZ'].filter((code) => of.get(code)?.dot)).toEqual([])
  })

  it('leaves Antarctica out', () => {
    expect(of.has('AQ')).toBe(false)
  })
})
