/**
 * What a page asks about, so that the server knows what a link that shares it may ask: `crates/api/src/shared/period.rs` computes the
 * same, and is tested against the file that this writes.
 */
import { expect, it } from 'vitest'

import type { Day, Interval, Measure } from '~/api/types'
import { addDays } from '~/format/date'

import { comparedDays, figureDays, spanOf } from './figure'
import type { Period } from './period'
import { periodOf } from './period'
import type { Days } from './range'
import type { ViewSearch } from './search'
import { AHEAD, COMPARISONS, RANGES } from './search'

const MEASURES: readonly Measure[] = ['level', 'flow', 'ratio']

const named = ({ start, end }: Days, interval: Interval) => `${start} ${end} ${interval}`

/** As `useFigures`, `useStandings` and `useMrrStory` ask. */
function spansOf(period: Period): string[] {
  const { compared_with: compared, focus, interval } = period
  const asked = MEASURES.flatMap((measure) => [figureDays(measure, period), comparedDays(measure, period) ?? []].flat())
  const since = compared && { start: addDays(compared.level_on, 1), end: focus.end }
  if (since && since.start <= since.end) asked.push(since)
  const days = (day: Day) => named({ start: day, end: day }, 'day')
  const spans = asked.map((one) => named(one, spanOf(one, interval).interval))
  const all = [named(period, interval), days(focus.end), ...(compared ? [days(compared.level_on)] : []), ...spans]
  return [...new Set(all)].toSorted()
}

const TODAYS: readonly Day[] = ['2026-11-23', '2026-03-31', '2024-02-29', '2026-01-01']
const FIRST_ON: Day = '2019-04-02'

const CUSTOM: readonly ViewSearch[] = [
  { range: 'custom', from: '2026-01-01', to: '2026-03-31' },
  { range: 'custom', from: '2025-11-15', to: '2026-02-14', interval: 'day' },
  { range: 'custom', from: '2021-01-01', to: '2026-06-30', interval: 'day', vs: 'year' },
  { range: 'custom', from: '2016-02-29', to: '2016-02-29', vs: 'year' },
]

const addressOf = (view: ViewSearch) =>
  new URLSearchParams(Object.entries(view).filter(([name, value]) => !(name === 'range' && value === 'custom')) as [string, string][]).toString()

it('asks about the same spans as the server expects of each range', async () => {
  const views: ViewSearch[] = [{}, ...RANGES.filter((range) => range !== 'custom').flatMap((range) => COMPARISONS.map((vs) => ({ range, vs }))), ...CUSTOM]
  const cases = TODAYS.flatMap((today) => [
    ...views.map((view) => ({ view: addressOf(view), today, first_on: FIRST_ON, ahead: false, spans: spansOf(periodOf(view, today, FIRST_ON)) })),
    { view: '', today, first_on: FIRST_ON, ahead: true, spans: spansOf(periodOf({}, today, FIRST_ON, AHEAD)) },
  ])
  await expect(`[\n${cases.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`).toMatchFileSnapshot('./spans.cases.json')
})
