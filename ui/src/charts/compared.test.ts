import { describe, expect, it } from 'vitest'

import { colorsOf, comparedOf } from './compared'

const rows = Array.from({ length: 12 }, (_, index) => ({ key: index === 2 ? 'other' : `plan-${index}` }))

describe('what is compared', () => {
  it('is the largest rows at first, without what was put together', () => {
    expect(comparedOf(rows, undefined)).toEqual(['plan-0', 'plan-1', 'plan-3', 'plan-4', 'plan-5'])
  })

  it('is what was chosen, which may be nothing', () => {
    expect(comparedOf(rows, ['plan-9', 'gone'])).toEqual(['plan-9'])
    expect(comparedOf(rows, ['none'])).toEqual([])
  })

  it('keeps its colors when a row is switched off', () => {
    const before = colorsOf(rows, ['plan-0', 'plan-1', 'plan-3'])
    const after = colorsOf(rows, ['plan-0', 'plan-3'])
    expect(after.get('plan-3')).toBe(before.get('plan-3'))
  })

  it('never has one color twice', () => {
    const colors = colorsOf(rows, ['plan-0', 'plan-1', 'plan-8', 'plan-9'])
    expect(new Set(colors.values()).size).toBe(4)
  })
})
