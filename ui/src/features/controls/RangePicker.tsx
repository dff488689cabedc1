import { useState } from 'react'
import { Button as AriaButton, DialogTrigger } from 'react-aria-components'

import type { Day } from '~/api/types'
import { Button } from '~/components/Button'
import { CheckIcon, ChevronIcon } from '~/components/icons'
import { Popover } from '~/components/Overlay'
import { isDay } from '~/format/date'
import { RANGE_LABEL } from '~/view/range'
import type { Range } from '~/view/search'
import { FULL_MONTHS, RANGES } from '~/view/search'
import type { View } from '~/view/useView'

type Preset = Exclude<Range, 'custom'>

const isFull = (range: Range) => (FULL_MONTHS as readonly Range[]).includes(range)
const PRESETS = RANGES.filter((range): range is Preset => range !== 'custom' && !isFull(range))

/** The same lengths, without the current month. */
function FullMonths({ chosen, onChoose }: { chosen: Range; onChoose: (range: Preset) => void }) {
  return (
    <div aria-label="Full months" className="flex items-center gap-1 border-t border-line px-3.5 py-2 text-sm" role="group">
      <span className="flex-1">Full months</span>
      {FULL_MONTHS.map((range) => (
        <button
          key={range}
          aria-label={RANGE_LABEL[range]}
          aria-pressed={chosen === range}
          className={`num h-8 min-w-10 rounded-lg px-2 hover:bg-hover ${chosen === range ? 'bg-accent-soft font-medium text-accent' : ''}`}
          type="button"
          onClick={() => onChoose(range)}
        >
          {Number.parseInt(range, 10)}
        </button>
      ))}
    </div>
  )
}

function CustomRange({ view, onDone }: { view: View; onDone: () => void }) {
  const [from, setFrom] = useState<Day>(view.period.from)
  const [to, setTo] = useState<Day>(view.period.to)
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

export function RangePicker({ view }: { view: View }) {
  const [isOpen, setIsOpen] = useState(false)
  const choose = (range: Preset) => {
    view.setView({ range, from: undefined, to: undefined, interval: undefined })
    setIsOpen(false)
  }
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      <AriaButton
        aria-label={`Range: ${view.period.label}. Change range`}
        className="flex h-9 items-center gap-2 rounded-lg border border-line bg-surface px-2.5 text-sm hover:bg-hover"
      >
        {view.period.label}
        <ChevronIcon className="size-4 text-ink-faint" />
      </AriaButton>
      <Popover className="w-72" label="Range" placement="bottom start">
        <ul className="p-1">
          {PRESETS.map((range) => (
            <li key={range}>
              <button
                className="flex w-full items-center rounded-lg px-2.5 py-2 text-left text-sm hover:bg-hover"
                type="button"
                aria-pressed={view.period.range === range}
                onClick={() => choose(range)}
              >
                <span className="flex-1">{RANGE_LABEL[range]}</span>
                {view.period.range === range && <CheckIcon className="size-4 text-accent" />}
              </button>
            </li>
          ))}
        </ul>
        <FullMonths chosen={view.period.range} onChoose={choose} />
        <CustomRange view={view} onDone={() => setIsOpen(false)} />
      </Popover>
    </DialogTrigger>
  )
}
