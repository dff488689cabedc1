import { useState } from 'react'

import type { Day } from '~/api/types'
import { Button } from '~/components/Button'
import { formatRange, isDay } from '~/format/date'
import type { Preset } from '~/view/range'
import { rangeLabel } from '~/view/range'
import type { Range } from '~/view/search'
import { AHEAD, CALENDAR, FULL_MONTHS, LAST_MONTHS, RECENT } from '~/view/search'
import type { View } from '~/view/useView'
import { useLooksAhead } from '~/view/useView'

interface ChoiceProps {
  range: Preset
  label?: string
  chosen: Range
  onChoose: (range: Preset) => void
}

function Choice({ range, label = rangeLabel(range), chosen, onChoose }: ChoiceProps) {
  const isChosen = chosen === range
  return (
    <button
      aria-label={rangeLabel(range)}
      aria-pressed={isChosen}
      className={`num rounded-lg px-2.5 py-1.5 text-left text-sm hover:bg-hover ${isChosen ? 'bg-accent-soft font-medium text-accent' : ''}`}
      type="button"
      onClick={() => onChoose(range)}
    >
      {label}
    </button>
  )
}

/** Ranges of months that differ in their number only. */
function Months({ name, ranges, ...rest }: { name: string; ranges: readonly Preset[] } & Omit<ChoiceProps, 'range' | 'label'>) {
  return (
    <div aria-label={name} className="flex items-center gap-0.5 text-sm" role="group">
      <span className="flex-1 px-2.5">{name}</span>
      {ranges.map((range) => (
        <Choice key={range} label={String(Number.parseInt(range, 10))} range={range} {...rest} />
      ))}
    </div>
  )
}

function CustomRange({ view, onDone }: { view: View; onDone: () => void }) {
  const [from, setFrom] = useState<Day>(view.period.start)
  const [to, setTo] = useState<Day>(view.period.end)
  const isValid = isDay(from) && isDay(to) && from <= to
  const input = 'h-9 w-full rounded-lg border border-line-strong bg-surface px-2 text-sm num'
  return (
    <form
      className="flex flex-col gap-2 border-t border-line p-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isValid) return
        view.setView({ range: 'custom', from, to })
        onDone()
      }}
    >
      <div className="grid grid-cols-2 gap-2">
        <label className="text-xs text-ink-soft">
          From
          <input className={input} type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
        </label>
        <label className="text-xs text-ink-soft">
          To
          <input className={input} type="date" value={to} onChange={(event) => setTo(event.target.value)} />
        </label>
      </div>
      {!isValid && <p className="text-xs text-danger">The start date must not be after the end date.</p>}
      <Button isDisabled={!isValid} kind="primary" size="small" type="submit">
        Apply
      </Button>
    </form>
  )
}

/** What the days can be: presets, and any others. */
export function Ranges({ view, close }: { view: View; close: () => void }) {
  const { range, start, end } = view.period
  const choose = (next: Preset) => {
    view.setView({ range: next === AHEAD ? undefined : next, from: undefined, to: undefined, interval: undefined })
    close()
  }
  const choice = { chosen: range, onChoose: choose }
  const looksAhead = useLooksAhead()
  return (
    <>
        <p className="num border-b border-line px-4 py-2.5 text-[0.8125rem] text-ink-soft">{formatRange(start, end)}</p>
        {looksAhead && (
          <div className="flex flex-col border-b border-line p-1.5">
            <Choice range={AHEAD} {...choice} />
          </div>
        )}
        <div className="grid grid-cols-2 gap-x-1 p-1.5">
          {RECENT.map((preset) => (
            <Choice key={preset} range={preset} {...choice} />
          ))}
        </div>
        <div className="grid grid-cols-2 gap-x-1 border-t border-line p-1.5">
          {CALENDAR.map((preset) => (
            <Choice key={preset} range={preset} {...choice} />
          ))}
        </div>
        <div className="flex flex-col border-t border-line p-1.5">
          <Months name="Last months" ranges={LAST_MONTHS} {...choice} />
          <Months name="Full months" ranges={FULL_MONTHS} {...choice} />
          <Choice range="all" {...choice} />
        </div>
        <CustomRange view={view} onDone={close} />
    </>
  )
}
