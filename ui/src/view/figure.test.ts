import { describe, expect, it } from 'vitest'

import type { ValuePoint } from '~/api/types'

import { againstName, changeOf, comparedDays, figureDays, ofName, valueIn, valueOf } from './figure'
import { periodOf } from './period'
import { AHEAD } from './search'

const today = '2026-11-23'
const usual = periodOf({}, today, null)
const month = (start_on: string, end_on: string, value: number | null): ValuePoint => ({ start_on, end_on, value, is_partial: false })
const points = [month('2026-09-01', '2026-09-30', 10), month('2026-10-01', '2026-10-31', 20), month('2026-11-01', today, 7)]

describe('what a figure is of', () => {
  it('is a level at the end, against the end of the month before', () => {
    expect(figureDays('level', usual)).toEqual({ start: today, end: today })
    expect(comparedDays('level', usual)).toEqual({ start: '2026-10-31', end: '2026-10-31' })
    expect(ofName('level', usual)).toBe('Now')
    expect(againstName('level', usual)).toBe('end of October 2026')
  })

  it('is all of what is ahead, none of which is so far', () => {
    const ahead = periodOf({}, today, null, AHEAD)
    expect(figureDays('flow', ahead)).toEqual({ start: '2026-11-01', end: '2027-10-31' })
    expect(ofName('flow', ahead)).toBe('Next 12 months')
  })

  it('is a flow of the month so far, against as many days of the month before', () => {
    expect(figureDays('flow', usual)).toEqual({ start: '2026-11-01', end: today })
    expect(comparedDays('flow', usual)).toEqual({ start: '2026-10-01', end: '2026-10-23' })
    expect(ofName('flow', usual)).toContain('so far')
  })

  it('is a ratio of the whole range where one interval has it, else of its last month', () => {
    expect(figureDays('ratio', periodOf({ range: '30d' }, today, null))).toEqual({ start: '2026-10-25', end: today })
    const long = periodOf({ range: '24m' }, today, null)
    expect(figureDays('ratio', long)).toEqual({ start: '2026-11-01', end: today })
    expect(comparedDays('ratio', long)).toEqual({ start: '2026-10-01', end: '2026-10-23' })
    expect(comparedDays('ratio', periodOf({ range: '24m', vs: 'year' }, today, null))).toEqual({
      start: '2025-11-01',
      end: '2025-11-23',
    })
  })

  it('is a whole month by its name', () => {
    expect(ofName('flow', periodOf({ range: 'last-month' }, today, null))).toBe('October 2026')
  })
})

describe('a figure from the points of the chart', () => {
  it('is the last one of a level, the sum of a flow, and of a ratio only a single one', () => {
    expect(valueIn('level', { start: today, end: today }, points)).toBe(7)
    expect(valueIn('flow', { start: '2026-09-01', end: today }, points)).toBe(37)
    expect(valueIn('flow', { start: '2026-11-01', end: today }, points)).toBe(7)
    expect(valueIn('ratio', { start: '2026-11-01', end: today }, points)).toBe(7)
    expect(valueIn('ratio', { start: '2026-09-01', end: today }, points)).toBeUndefined()
  })

  it('is not there where they do not fit the days', () => {
    expect(valueIn('flow', { start: '2026-10-15', end: today }, points)).toBeUndefined()
    expect(valueIn('flow', { start: '2026-10-01', end: '2026-12-31' }, points)).toBeUndefined()
  })

  it('never makes a zero of what is unknown', () => {
    expect(valueOf('flow', [])).toBeUndefined()
    expect(valueOf('flow', [month('2026-10-01', '2026-10-31', null)])).toBeNull()
  })
})

describe('a change', () => {
  it('has a percentage only of an amount that was there', () => {
    expect(changeOf('level', 150, 100)).toEqual({ amount: 50, ratio: 0.5 })
    expect(changeOf('level', 150, 0)).toEqual({ amount: 150, ratio: null })
    expect(changeOf('flow', 50, -100)).toEqual({ amount: 150, ratio: null })
    expect(changeOf('ratio', 0.05, 0.04)).toMatchObject({ ratio: null })
  })

  it('is unknown where either value is', () => {
    expect(changeOf('level', null, 100)).toBeNull()
    expect(changeOf('level', 100, undefined)).toBeNull()
  })
})
