import { describe, expect, it } from 'vitest'

import { churnStory, geographyStory, moved, movementsStory, mrrStory, overviewStory, paymentsStory, plansStory, retentionStory, revenueStory, trialsStory } from '.'

const NONE = { new: 0, expansion: 0, reactivation: 0, contraction: 0, churn: 0, fx: 0 }
const when = 'in November 2026 so far'
const mrr = { currency: 'usd', value: 1_689_200, before: 1_621_100, since: 'end of October 2026' }

describe('the sentence about MRR', () => {
  it('says how far it came and what most of that is', () => {
    expect(mrrStory({ ...mrr, movements: { ...NONE, new: 80_000, expansion: 20_000, churn: -31_900 } })).toBe(
      'MRR grew 4.2% to $16,892 since the end of October 2026, most of it from new customers.',
    )
  })

  it('says where one kind is all of it', () => {
    expect(mrrStory({ ...mrr, movements: { ...NONE, new: 68_100 } })).toMatch(/, all of it from new customers[.]$/)
  })

  it('gives both sides where no kind of gain is most of them', () => {
    const movements = { ...NONE, new: 50_000, expansion: 30_000, reactivation: 20_000, churn: -31_900 }
    expect(mrrStory({ ...mrr, movements })).toMatch(/, with \$1,000 gained and \$319 lost[.]$/)
  })

  it('says what most of a loss is', () => {
    const movements = { ...NONE, new: 10_000, churn: -60_000, contraction: -18_100 }
    expect(mrrStory({ ...mrr, value: 1_553_000, movements })).toMatch(/^MRR fell 4.2% to \$15,530 .*, mostly from churn[.]$/)
  })

  it('names the plan that added the most, unless two did', () => {
    const plans = [
      { name: 'Growth', value: 50_000 },
      { name: 'Starter', value: 20_000 },
    ]
    expect(mrrStory({ ...mrr, movements: undefined, plans })).toMatch(/, and Growth added the most[.]$/)
    const equal = plans.map((plan) => ({ ...plan, value: 20_000 }))
    expect(mrrStory({ ...mrr, movements: undefined, plans: equal })).not.toMatch(/the most/)
  })

  it('claims no change without something to compare with, and nothing at all without a value', () => {
    expect(mrrStory({ ...mrr, before: null, movements: { ...NONE, new: 1 } })).toBe('MRR is $16,892.')
    expect(mrrStory({ ...mrr, before: mrr.value, movements: NONE })).toBe('MRR is unchanged at $16,892.')
    expect(mrrStory({ ...mrr, value: null, movements: undefined })).toBeNull()
    expect(mrrStory({ ...mrr, value: 0, before: 0, movements: NONE })).toBeNull()
  })
})

describe('the sentence about today', () => {
  const month = { currency: 'usd', mrr: 810_543, month: 'November', monthBefore: 'October' }

  it('says how this month goes beside the last one', () => {
    expect(overviewStory({ ...month, gained: 44_943, gainedBefore: 49_294 })).toBe(
      'MRR is $8,105, up $449 in November so far; October had added $493 by this day.',
    )
    expect(overviewStory({ ...month, gained: -5_000, gainedBefore: -900 })).toBe(
      'MRR is $8,105, down $50.00 in November so far; October had lost $9.00 by this day.',
    )
  })

  it('says so where this day stands for all of the month before', () => {
    expect(overviewStory({ ...month, gained: 44_943, gainedBefore: 41_818, isWholeBefore: true })).toBe(
      'MRR is $8,105, up $449 in November so far; all of October added $418.',
    )
  })

  it('leaves out what is not known', () => {
    expect(overviewStory({ ...month, gained: 0, gainedBefore: null })).toBe('MRR is $8,105, unchanged in November so far.')
    expect(overviewStory(month)).toBe('MRR is $8,105.')
    expect(overviewStory({ ...month, mrr: 0, gained: 0 })).toBeNull()
    expect(overviewStory({ ...month, mrr: undefined })).toBeNull()
  })
})

describe('the sentence about a list of movements', () => {
  it('says both sides, and what they come to', () => {
    const movements = { ...NONE, new: 40_000, expansion: 9_800, churn: -4_900 }
    expect(movementsStory({ currency: 'usd', count: 13, movements })).toBe('13 movements: $498 gained and $49.00 lost, so MRR is up $449.')
    expect(movementsStory({ currency: 'usd', count: 1, movements: { ...NONE, churn: -4_900, fx: -100 } })).toBe(
      '1 movement: $49.00 lost and -$1.00 by exchange rates, so MRR is down $50.00.',
    )
  })

  it('says nothing of none', () => {
    expect(movementsStory({ currency: 'usd', count: 0, movements: NONE })).toBeNull()
    expect(movementsStory({ currency: 'usd', count: 3, movements: undefined })).toBeNull()
  })
})

describe('how a figure moved', () => {
  const figure = { name: 'ARPA', unit: 'money', currency: 'usd' } as const

  it('names where it came from when a percentage says nothing', () => {
    expect(moved({ ...figure, value: 5_000, before: 0 })).toBe('ARPA grew from $0.00 to $50.00')
    expect(moved({ ...figure, value: 500_000, before: 1_000 })).toBe('ARPA grew from $10.00 to $5,000')
  })

  it('never writes a change as none', () => {
    expect(moved({ ...figure, value: 1_000_001, before: 1_000_000 })).toBe('ARPA grew slightly to $10,000')
  })

  it('has no cents to drop in a currency without them', () => {
    expect(moved({ ...figure, currency: 'jpy', value: 5_000 })).toBe('ARPA is ¥5,000')
  })

  it('changes a rate by percentage points', () => {
    expect(moved({ name: 'Churn', unit: 'ratio', currency: 'usd', value: 0.02, before: 0.035 })).toBe('Churn fell by 1.5 pp to 2.0%')
  })
})

describe('what a total is made of', () => {
  const parts = ['Pro', 'Business', 'Starter', 'Old'].map((name, index) => ({ name, value: [50, 30, 15, 5][index] ?? 0 }))

  it('names the few that are most of it', () => {
    expect(plansStory({ currency: 'usd', total: 100, parts })).toBe('Pro and Business make up 80.0% of $1.00 MRR.')
    expect(geographyStory({ currency: 'usd', total: 100, parts, countries: 4 })).toBe(
      '80.0% of $1.00 MRR comes from Pro and Business, out of 4 countries.',
    )
    const alone = { currency: 'usd', total: 50, parts: [{ name: 'United States', value: 50 }], countries: 1 }
    expect(plansStory({ ...alone, parts: [{ name: 'Pro', value: 50 }] })).toBe('Pro makes up all of $0.50 MRR.')
    expect(geographyStory(alone)).toBe('All of $0.50 MRR comes from the United States.')
  })

  it('names the first where most of them would have to be named', () => {
    expect(plansStory({ currency: 'usd', total: 100, parts: parts.slice(0, 1) })).toBe('Pro makes up 50.0% of $1.00 MRR.')
  })

  it('says nothing without MRR', () => {
    expect(plansStory({ currency: 'usd', total: 0, parts: [] })).toBeNull()
    expect(geographyStory({ currency: 'usd', total: undefined, parts, countries: 4 })).toBeNull()
  })
})

describe('the sentences of the other pages', () => {
  it('tell churn by its kind', () => {
    expect(churnStory({ when, rate: 0.02, before: 0.035, customers: 3, voluntary: 0.015, involuntary: 0.005 })).toBe(
      'Customer churn fell by 1.5 pp to 2.0% in November 2026 so far, with 3 customers lost, most of whom canceled.',
    )
    expect(churnStory({ when, rate: 0, customers: 0 })).toBe('No customer churned in November 2026 so far.')
    expect(churnStory({ when, rate: null, customers: 0 })).toBe('There were no customers at the start of the period, so nobody could churn.')
    expect(churnStory({ when, rate: undefined })).toBeNull()
  })

  it('tell retention as more or less', () => {
    expect(retentionStory({ nrr: 1.052, grr: 0.97 })).toBe(
      'Existing customers are worth 5.2% more than at the start, with 97.0% kept before expansion.',
    )
    expect(retentionStory({ nrr: 0.9, grr: undefined })).toBe('Existing customers are worth 10.0% less than at the start.')
    expect(retentionStory({ nrr: 1.1, grr: 1 })).toMatch(/, with nothing lost[.]$/)
    expect(retentionStory({ nrr: null, grr: 1 })).toBe('There was no MRR at the start of the period, so there is nothing to retain yet.')
    expect(retentionStory({ nrr: undefined, grr: 1 })).toBeNull()
  })

  it('tell trials and what runs', () => {
    expect(trialsStory({ currency: 'usd', when, started: 4, converted: 1, running_minor: 20_000 })).toBe(
      '4 trials started in November 2026 so far, 1 of which has converted so far (25.0%). Running trials are worth $200 MRR if all convert.',
    )
    expect(trialsStory({ currency: 'usd', when, started: 0, converted: 0, running_minor: 0 })).toBe('No trial started in November 2026 so far.')
  })

  it('tell revenue and payments without what is not known', () => {
    expect(revenueStory({ currency: 'usd', when, net: 90_000, gross: 100_000, refunds: 10_000 })).toBe(
      'Net revenue is $900 in November 2026 so far, after $100 of refunds (10.0% of gross).',
    )
    expect(revenueStory({ currency: 'usd', when, net: undefined })).toBeNull()
    expect(revenueStory({ currency: 'usd', when, net: 0, before: 0, gross: 0 })).toBe('There was no revenue in November 2026 so far.')
    expect(paymentsStory({ currency: 'usd', when, collected: 0, before: 0, failed: 0 })).toBe('No payments were collected in November 2026 so far.')
    expect(paymentsStory({ currency: 'usd', when, collected: 90_000, failed: 20_000, recovered: 5_000 })).toBe(
      'Payments collected are $900 in November 2026 so far, and $200 failed at first, of which $50.00 was recovered.',
    )
    expect(paymentsStory({ currency: 'usd', when, collected: 90_000, failed: 0 })).toBe('Payments collected are $900 in November 2026 so far, and none failed.')
  })
})
