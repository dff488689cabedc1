import { describe, expect, it } from 'vitest'

import { stepsOf } from './waterfall'

const gross = { id: 'gross_revenue', name: 'Gross revenue', colorToken: '--a', isLoss: false, minor: 10_000 }
const refunds = { id: 'refunds', name: 'Refunds', colorToken: '--b', isLoss: true, minor: 2500 }
const notes = { id: 'credit_notes', name: 'Credit notes', colorToken: '--c', isLoss: true, minor: 500 }

describe('the waterfall', () => {
  it('hangs each loss from where the one before it ends, down to what is left', () => {
    const steps = stepsOf([gross, refunds, notes])
    expect(steps.map(({ id, name, minor, from, to }) => [id, name, minor, from, to])).toEqual([
      ['gross_revenue', 'Gross revenue', 10_000, 0, 1],
      ['refunds', 'Refunds', -2500, 0.75, 1],
      ['credit_notes', 'Credit notes', -500, 0.7, 0.75],
      ['net_revenue', 'Net revenue', 7000, 0, 0.7],
    ])
  })

  it('leaves out what is not known', () => {
    expect(stepsOf([gross, { ...refunds, minor: undefined }]).map(({ name }) => name)).toEqual(['Gross revenue', 'Net revenue'])
  })

  it('shows nothing of nothing', () => {
    expect(stepsOf([{ ...gross, minor: 0 }])).toEqual([])
  })

  it('keeps its bars on the page when more went back than came in', () => {
    const steps = stepsOf([gross, { ...refunds, minor: 12_000 }])
    expect(steps.at(-1)).toMatchObject({ minor: -2000, from: 0, to: 0 })
    expect(steps[1]).toMatchObject({ from: 0, to: 1 })
  })
})
