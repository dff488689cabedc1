import { useLayoutEffect, useRef } from 'react'

import type { Tip } from './plot'

/** From the pointer to the tooltip. */
const GAP = 16

interface TooltipProps {
  tip: Tip
  /** Where the pointer is on the chart. */
  x: number
  y: number
}

/** Beside the pointer, and as far as it can within the chart. */
function placeOf(box: HTMLElement, x: number, y: number): { left: number; top: number } {
  const { clientWidth: width = 0, clientHeight: height = 0 } = box.parentElement ?? {}
  const right = x + GAP
  const left = right + box.offsetWidth > width ? x - GAP - box.offsetWidth : right
  return {
    left: Math.max(0, Math.min(left, width - box.offsetWidth)),
    top: Math.max(0, Math.min(y + GAP, height - box.offsetHeight)),
  }
}

/** What a chart says of the place that the pointer is at. The table view says the same to everyone. */
export function Tooltip({ tip: { title, rows, hint }, x, y }: TooltipProps) {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (!box.current) return
    const { left, top } = placeOf(box.current, x, y)
    box.current.style.translate = `${left}px ${top}px`
  })
  return (
    <div
      ref={box}
      aria-hidden="true"
      className="num pointer-events-none absolute top-0 left-0 z-20 w-max max-w-full rounded-[10px] border border-line bg-surface px-3 py-2.5 text-[0.8125rem] transition-[translate] duration-100 [box-shadow:var(--elevation-high)]"
    >
      <div className="mb-1 font-semibold">{title}</div>
      <table>
        <tbody>
          {rows.map(({ color, name, text }) => (
            <tr key={name}>
              <td className="max-w-72 truncate py-px pr-5">
                <span className="mr-2 inline-block size-[9px] rounded-xs" style={{ background: color }} />
                <bdi>{name}</bdi>
              </td>
              <td className="py-px text-right whitespace-nowrap">{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {hint && <div className="mt-1 text-xs text-ink-soft">{hint}</div>}
    </div>
  )
}
