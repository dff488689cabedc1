import { describe, expect, it } from 'vitest'

import { roundFigure, shadeOf, shadesOf } from './steps'

const bounds = (values: readonly number[]) => shadesOf(values).map(({ from, to }) => [from, to])

describe('the shades of a map', () => {
  it('begin at round figures that multiply, as the sizes of countries do', () => {
    expect(bounds([1_000, 9_000, 60_000, 700_000, 10_000_000])).toEqual([
      [1_000, 5_000],
      [5_000, 50_000],
      [50_000, 200_000],
      [200_000, 2_000_000],
      [2_000_000, null],
    ])
  })

  it('leave out the ones that no country has, without a gap in the legend', () => {
    expect(bounds([100, 110, 1_000_000])).toEqual([
      [100, 200_000],
      [200_000, null],
    ])
  })

  it('are one for a single country, and for equal ones', () => {
    expect(bounds([4_200])).toEqual([[4_200, null]])
    expect(bounds([7, 7, 7])).toEqual([[7, null]])
  })

  it('are none where nothing is above zero', () => {
    expect(shadesOf([])).toEqual([])
    expect(shadesOf([0, -500])).toEqual([])
  })

  it('go from the lightest to the darkest, as far apart as there are shades between', () => {
    expect(shadesOf([100, 110, 1_000_000]).map(({ token }) => token)).toEqual(['--map-2', '--map-5'])
    expect(shadesOf([1_000, 9_000, 60_000, 700_000, 10_000_000]).map(({ token }) => token)).toEqual([1, 2, 3, 4, 5].map((at) => `--map-${at}`))
  })

  it('have every value in exactly one of them', () => {
    const values = Array.from({ length: 200 }, (_, at) => 1 + at ** 3)
    const shades = shadesOf(values)
    for (const value of values) {
      const matching = shades.filter(({ from, to }) => value >= from && (to === null || value < to))
      expect(matching).toEqual([shadeOf(value, shades)])
    }
  })

  it('have none for nothing', () => {
    expect(shadeOf(0, shadesOf([5, 50]))).toBeUndefined()
  })
})

describe('a round figure', () => {
  it('is the nearest of 1, 2 and 5 times a power of ten', () => {
    expect([1, 3, 4, 8, 70, 140, 3_100].map(roundFigure)).toEqual([1, 2, 5, 10, 50, 100, 2_000])
  })
})
