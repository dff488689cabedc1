/** The sentences of the pages whose story is one figure and what stands out beside it. */
import type { Currency } from '~/api/types'
import { capital } from '~/format/names'
import { countOf, formatRatio } from '~/format/number'

import type { Part } from './words'
import { amount, largestOf, listed, mostOf, moved, sentence, told } from './words'

type Maybe = number | null | undefined

interface PartsTold {
  currency: Currency
  /** MRR of all of them together. */
  total: Maybe
  parts: readonly Part[]
}

/** How few parts make up most of a total: said where it is at most three of at least twice as many. */
const FEW = 3

function fewest(parts: readonly Part[], total: number): Part[] | null {
  const ranked = parts.filter(({ value }) => value > 0).toSorted((a, b) => b.value - a.value)
  let sum = 0
  const few = ranked.slice(0, FEW).filter(({ value }) => {
    const isNeeded = sum <= total / 2
    sum += value
    return isNeeded
  })
  const reached = few.reduce((all, { value }) => all + value, 0)
  return reached > total / 2 && ranked.length >= 2 * few.length ? few : null
}

/** The parts that most of a total is, or the largest one, and how much of it they are. */
function mainParts({ total, parts }: PartsTold): { names: string; count: number; share: number; total: number } | null {
  if (total === null || total === undefined || total <= 0) return null
  const first = largestOf(parts)
  const main = fewest(parts, total) ?? (first && [first])
  if (main === null) return null
  const share = main.reduce((sum, { value }) => sum + value, 0) / total
  return { names: listed(main.map(({ name }) => name)), count: main.length, share, total }
}

const shareOf = (share: number): string => (share === 1 ? 'all' : formatRatio(share))

/** `Pro monthly and Business monthly make up 61.5% of $16,892 MRR.` */
export function plansStory(given: PartsTold): string | null {
  const main = mainParts(given)
  if (main === null) return null
  return sentence(
    `${main.names} ${main.count === 1 ? 'makes' : 'make'} up ${shareOf(main.share)} of ${amount(main.total, given.currency)} MRR`,
  )
}

/** Names in English that take an article within a sentence. */
const WITH_ARTICLE = /^(United |Netherlands|Philippines|Bahamas|Maldives|Gambia)|(Islands|Republic)$/

const place = ({ name, value }: Part): Part => ({ name: WITH_ARTICLE.test(name) ? `the ${name}` : name, value })

/** `55.0% of $16,892 MRR comes from the United States, out of 5 countries.` */
export function geographyStory(given: PartsTold & { countries: number }): string | null {
  const main = mainParts({ ...given, parts: given.parts.map(place) })
  if (main === null) return null
  const head = `${capital(shareOf(main.share))} of ${amount(main.total, given.currency)} MRR comes from ${main.names}`
  return sentence(head, given.countries > main.count && `out of ${countOf(given.countries, 'country', 'countries')}`)
}

/** Churn of a period: how much, and of what kind. Rates are shares of the customers at its start. */
export function churnStory(given: { when: string; rate: Maybe; before?: Maybe; customers?: Maybe; voluntary?: Maybe; involuntary?: Maybe }): string | null {
  const { when, rate, before, customers, voluntary, involuntary } = given
  if (rate === null && customers === 0) return 'There were no customers at the start of the period, so nobody could churn.'
  if (rate === null || rate === undefined) return null
  if (rate === 0 && customers === 0) return `No customer churned ${when}.`
  const kind =
    voluntary != null && involuntary != null
      ? mostOf([
          { name: 'most of whom canceled', value: voluntary },
          { name: 'most of them after failed payments', value: involuntary },
        ])
      : null
  const head = moved({ name: 'Customer churn', unit: 'ratio', currency: '', value: rate, before })
  const count = customers == null || customers === 0 ? null : `with ${countOf(customers, 'customer')} lost`
  return sentence(head && `${head} ${when}`, count, kind && `${kind.name}`)
}

/** What is left of the customers at the start of a period. */
export function retentionStory(given: { nrr: Maybe; grr: Maybe }): string | null {
  const { nrr, grr } = given
  if (nrr === null) return 'There was no MRR at the start of the period, so there is nothing to retain yet.'
  if (nrr === undefined) return null
  const head =
    nrr > 1
      ? `Existing customers are worth ${formatRatio(nrr - 1)} more than at the start`
      : nrr < 1
        ? `Existing customers are worth ${formatRatio(1 - nrr)} less than at the start`
        : 'Existing customers are worth as much as at the start'
  return sentence(head, grr != null && (grr === 1 ? 'with nothing lost' : `with ${formatRatio(grr)} kept before expansion`))
}

/** Trials that began in a period, and what became of them by now. */
export function trialsStory(given: { currency: Currency; when: string; started: Maybe; converted: Maybe; running_minor?: Maybe }): string | null {
  const { currency, when, started, converted, running_minor } = given
  if (started === null || started === undefined) return null
  const running = running_minor ? `Running trials are worth ${amount(running_minor, currency)} MRR if all convert.` : null
  const none = `No trial started ${when}.`
  if (started === 0) return running === null ? none : `${none} ${running}`
  const share = converted == null ? null : `${told(converted, 'count', currency)} of which ${converted === 1 ? 'has' : 'have'} converted so far (${formatRatio(converted / started)})`
  return [sentence(`${countOf(started, 'trial')} started ${when}`, share), running].filter(Boolean).join(' ')
}

/** What came in, and what went back. */
export function revenueStory(given: { currency: Currency; when: string; net: Maybe; before?: Maybe; gross?: Maybe; refunds?: Maybe }): string | null {
  const { currency, when, net, before, gross, refunds } = given
  if (net === 0 && !before && !gross) return `There was no revenue ${when}.`
  const head = moved({ name: 'Net revenue', unit: 'money', currency, value: net, before })
  const back = refunds && gross && gross > 0 ? `after ${amount(refunds, currency)} of refunds (${formatRatio(refunds / gross)} of gross)` : null
  return sentence(head && `${head} ${when}`, back)
}

/** What was collected, what failed, and how much of that was recovered. */
export function paymentsStory(given: {
  currency: Currency
  when: string
  collected: Maybe
  before?: Maybe
  failed?: Maybe
  recovered?: Maybe
}): string | null {
  const { currency, when, collected, before, failed, recovered } = given
  if (collected === 0 && !before && !failed) return `No payments were collected ${when}.`
  const change = moved({ name: 'Payments collected', unit: 'money', currency, value: collected, before, isPlural: true })
  const head = change && `${change} ${when}`
  if (failed === 0) return sentence(head, 'and none failed')
  const failure = failed ? `and ${amount(failed, currency)} failed at first` : null
  const back = failed && recovered != null ? `of which ${amount(recovered, currency)} was recovered` : null
  return sentence(head, failure, back)
}
