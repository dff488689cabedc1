/** Which cells lack an amount that can't be converted. The server leaves such amounts out; what they are is known natively. */
import type { CohortReport, Currency } from '~/api/types'
import { currencyName } from '~/format/names'
import { listed } from '~/view/story'
import { unconvertible } from '~/view/currency'
import type { View } from '~/view/useView'

import type { Cohort } from './cohorts'

type Series = CohortReport['series']

/** The currencies that the page is about and that have no exchange rate today. */
export function lackingOf({ currency, facets, filters }: Pick<View, 'currency' | 'facets' | 'filters'>): Currency[] {
  const wanted = filters.filter_currency
  return unconvertible(currency, facets).filter((code) => wanted === undefined || wanted.includes(code))
}

const placeOf = (group: Series[number]['group'], { start_on }: Cohort) => `${group?.key ?? ''} ${start_on}`

/** Marks the values of an answer that lack something, by the same question natively about the currencies without a rate. */
export function marked(series: Series, lacking: Series): Series {
  const found = new Map<string, boolean[]>()
  for (const { group, cohorts } of lacking) {
    for (const cohort of cohorts) {
      const before = found.get(placeOf(group, cohort))
      found.set(
        placeOf(group, cohort),
        cohort.values.map((value, at) => value !== 0 || (before?.[at] ?? false)),
      )
    }
  }
  return series.map((one) => ({
    ...one,
    cohorts: one.cohorts.map((cohort): Cohort => {
      const lacks_rates = found.get(placeOf(one.group, cohort))
      return lacks_rates === undefined ? cohort : { ...cohort, lacks_rates }
    }),
  }))
}

/** `no exchange rate for Kuwaiti Dinar` */
export const lackingText = (lacking: readonly Currency[]): string => `no exchange rate for ${listed(lacking.map(currencyName))}`
