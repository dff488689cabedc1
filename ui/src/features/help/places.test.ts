import { expect, it } from 'vitest'

import { PLACES } from './places'
import { placeOf } from './sections'
import { allSections } from './texts'

it.each(Object.entries(PLACES))('the help has what %s leads to', (_, { page, hash }) => {
  const places = allSections().filter((section) => section.page === page).map(({ heading }) => placeOf(heading))
  expect(places).toContain(hash)
})
