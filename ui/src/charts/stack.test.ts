import { describe, expect, it } from 'vitest'

import { REST_SERIES, stackOf } from './stack'

const points = (...values: number[]) =>
  values.map((value, index) => ({ start_on: `2026-0${index + 1}-01`, end_on: `2026-0${index + 1}-28`, is_partial: false, value }))
const parts = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `p${index}`, points: points(index + 1, 1) }))
const names = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `p${index}`, label: `Plan ${index}` }))

describe('parts that stand on each other', () => {
  it('each have their own series where there are few', () => {
    expect(stackOf(parts(8), names(8), ({ value }) => value).series.map(({ id }) => id)).toEqual(names(8).map(({ key }) => key))
  })

  it('lose nothing where there are many: the small ones are added up', () => {
    const { series } = stackOf(parts(10), names(10), ({ value }) => value)
    expect(series).toHaveLength(8)
    expect(series.at(-1)).toMatchObject({ id: REST_SERIES, values: [8 + 9 + 10, 3] })
  })

  it('keep what has no MRR any more in the rest', () => {
    const { series } = stackOf(parts(3), names(2), ({ value }) => value)
    expect(series.at(-1)).toMatchObject({ id: REST_SERIES, values: [3, 1] })
  })
})
