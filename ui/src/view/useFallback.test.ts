import { expect, test } from 'vitest'

import { refusedPart } from './useFallback'

test('a currency that has no rates falls back alone', () => {
  const search = { currency: 'xyz', range: 'ytd', interval: 'day', plan: ['p'] } as const
  expect(refusedPart({ ...search, plan: ['p'] }, 'There is no reference rate for xyz')).toEqual({ currency: undefined, show: undefined })
})

test('too many points fall back to the interval of the range, then to the default range', () => {
  const title = 'The range has too many points'
  expect(refusedPart({ interval: 'day', range: 'all' }, title)).toEqual({ interval: undefined })
  expect(refusedPart({ range: 'all' }, title)).toEqual({ range: undefined, from: undefined, to: undefined })
})

test('a default view that is refused stays: there is nothing to fall back to', () => {
  expect(refusedPart({}, 'Anything')).toBeUndefined()
})
