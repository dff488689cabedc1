import { expect, test } from 'vitest'

import { parseAnswer, shownText } from './shownText'

test('a name cannot turn itself or its neighbors around', () => {
  expect(shownText('Acme\u202Egnp.exe')).toBe('Acmegnp.exe')
  expect(shownText('a\u0007b\u2066c\u2069')).toBe('abc')
})

test('letters of every script, line breaks and emoji stay', () => {
  const text = 'שלום עולם\nبنك\tMüller 🙂 👩‍👩‍👧'
  expect(shownText(text)).toBe(text)
})

test.each(['"Acme\u202Egnp"', '"Acme\\u202egnp"', '"Acme\\u0007gnp"'])('an answer is cleaned however it is written: %s', (json) => {
  expect(parseAnswer(`{"data":[{"name":${json}}]}`)).toEqual({ data: [{ name: 'Acmegnp' }] })
})
