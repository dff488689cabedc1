import type { ReactNode } from 'react'

export interface LegendItem {
  id: string
  name: string
  colorToken: string
  /** Beside the name: what the series adds up to. */
  figure?: ReactNode
}

interface LegendProps {
  items: readonly LegendItem[]
  /** The ids of the series that are switched off. */
  hidden: ReadonlySet<string>
  onToggle: (id: string) => void
  /** After the series: a total. */
  children?: ReactNode
}

/** The names of a chart's series. Each switches its series off and on. */
export function Legend({ items, hidden, onToggle, children }: LegendProps) {
  return (
    <ul aria-label="Series" className="-mx-1.5 flex flex-wrap items-center gap-x-2 gap-y-0.5 text-[0.8125rem]">
      {items.map(({ id, name, colorToken, figure }) => {
        const isOn = !hidden.has(id)
        return (
          <li key={id} className="max-w-full">
            <button
              aria-pressed={isOn}
              className={`flex max-w-full items-center gap-1.5 rounded-md px-1.5 py-0.5 hover:bg-hover ${isOn ? '' : 'text-ink-faint line-through'}`}
              title={isOn ? `Hide ${name}` : `Show ${name}`}
              type="button"
              onClick={() => onToggle(id)}
            >
              <span
                aria-hidden="true"
                className="size-2.5 shrink-0 rounded-[3px] border"
                style={{ borderColor: `var(${colorToken})`, background: isOn ? `var(${colorToken})` : 'transparent' }}
              />
              <bdi className="min-w-0 text-left wrap-anywhere">{name}</bdi>
              {figure}
            </button>
          </li>
        )
      })}
      {children}
    </ul>
  )
}
