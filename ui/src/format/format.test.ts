import { describe, expect, it } from 'vitest'

import { addDays, firstOfMonth, formatBucket, isDay, lastOfMonth, todayIn } from './date'
import { formatMoney, majorText } from './money'
import { formatDuration, formatRatio } from './number'
import { axisText } from './value'

const locale = 'en-US'

describe('money', () => {
  it('is scaled by its currency: cents, no decimals, three decimals', () => {
    expect(formatMoney(123456, 'usd', { locale })).toBe('$1,234.56')
    expect(formatMoney(123456, 'jpy', { locale })).toBe('¥123,456')
    expect(formatMoney(123456, 'kwd', { locale })).toMatch(/^KWD\s123\.456$/)
  })

  it('has a sign where it is a change, and none at zero', () => {
    expect(formatMoney(500, 'usd', { locale, sign: true })).toBe('+$5.00')
    expect(formatMoney(-500, 'usd', { locale, sign: true })).toBe('-$5.00')
    expect(formatMoney(0, 'usd', { locale, sign: true })).toBe('$0.00')
  })

  it('never shows a negative zero', () => {
    expect(formatMoney(-0, 'usd', { locale })).toBe('$0.00')
  })

  it('is exact text for files, beyond what a float holds', () => {
    expect(majorText(-7, 'usd')).toBe('-0.07')
    expect(majorText(9007199254740991, 'usd')).toBe('90071992547409.91')
    expect(majorText(1200, 'jpy')).toBe('1200')
  })
})

describe('ratios', () => {
  it('are a dash where they are undefined, not zero', () => {
    expect(formatRatio(null)).toBe('–')
    expect(formatRatio(0, { locale })).toBe('0.0%')
    expect(formatRatio(-0.0004, { locale })).toBe('0.0%')
    expect(formatRatio(0.0423, { locale, sign: true })).toBe('+4.2%')
  })
})

describe('days', () => {
  it('are calendar days, whatever the month or the year', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29')
    expect(firstOfMonth('2026-01-31', -1)).toBe('2025-12-01')
    expect(lastOfMonth('2026-02-10')).toBe('2026-02-28')
    expect(isDay('2026-02-30')).toBe(false)
  })

  it('are the reporting zone’s, not the reader’s', () => {
    const now = new Date('2026-11-23T23:30:00Z')
    expect(todayIn('UTC', now)).toBe('2026-11-23')
    expect(todayIn('Europe/Berlin', now)).toBe('2026-11-24')
  })

  it('name a bucket by what it is', () => {
    expect(formatBucket('2026-10-01', 'quarter', locale)).toBe('Q4 2026')
    expect(formatBucket('2026-10-01', 'month', locale)).toBe('Oct 2026')
    expect(formatBucket('2026-10-05', 'week', locale)).toBe('week of Oct 5, 2026')
  })
})

describe('time left', () => {
  it('is said in steps that do not flicker', () => {
    expect(formatDuration(2)).toBe('a few seconds')
    expect(formatDuration(41)).toBe('45 seconds')
    expect(formatDuration(3_900)).toBe('1 h 5 min')
  })
})

describe('a name on a vertical axis', () => {
  it('writes parts of a dollar as amounts are written, and large amounts short', () => {
    expect([0, 0.2, 2.5, 40, 2500].map((position) => axisText(position, 'money', 'usd'))).toEqual(['$0', '$0.20', '$2.50', '$40', '$2.5K'])
  })

  it('has halves of a percent where there are some', () => {
    expect([0.005, 0.01].map((position) => axisText(position, 'ratio', 'usd'))).toEqual(['0.5%', '1%'])
  })
})
