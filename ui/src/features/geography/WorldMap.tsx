import { useEffect, useMemo, useRef, useState } from 'react'
import type { MouseEvent, PointerEvent, ReactNode } from 'react'

import type { Tip } from '~/charts/plot'
import { Tooltip } from '~/charts/Tooltip'
import { countryName } from '~/format/names'

import type { World } from './world'

export interface MapCountry {
  /** A token of the style sheet. */
  color: string
  tip: Omit<Tip, 'hint'>
}

interface Props {
  world: World
  /** What there is to show, by the country's two letters in capitals. */
  countries: ReadonlyMap<string, MapCountry>
  label: string
  describedBy: string
  /** What is said of a country without figures. */
  nothing: string
  /** Not there where nothing can be opened. */
  onOpen: ((code: string) => void) | undefined
  /** Below the map. On a phone, what is said of a country may cover it, but not the country. */
  children: ReactNode
}

interface Pointed {
  code: string
  x: number
  y: number
  isTouch: boolean
}

const codeAt = ({ target }: MouseEvent) => (target instanceof Element ? (target.closest<SVGElement>('[data-country]')?.dataset.country ?? null) : null)

/** A map whose countries have the color of their figure. The same figures are in a table, where the keyboard reaches them. */
export function WorldMap({ world, countries, label, describedBy, nothing, onOpen, children }: Props) {
  const frame = useRef<HTMLDivElement>(null)
  const [pointed, setPointed] = useState<Pointed | null>(null)
  /** Where a finger has pointed already: it opens with its second tap, so that the first one can be read. */
  const read = useRef<string | null>(null)
  const point = (event: PointerEvent) => {
    const code = codeAt(event)
    const box = frame.current?.getBoundingClientRect()
    if (!code || !box) return setPointed(null)
    setPointed({ code, x: event.clientX - box.left, y: event.clientY - box.top, isTouch: event.pointerType === 'touch' })
  }
  const click = (event: MouseEvent) => {
    const code = codeAt(event)
    const isRead = !pointed?.isTouch || read.current === code
    read.current = code
    if (code && isRead && countries.has(code)) onOpen?.(code)
  }
  useEffect(() => {
    const leave = ({ target }: Event) => target instanceof Node && !frame.current?.contains(target) && setPointed(null)
    document.addEventListener('pointerdown', leave)
    return () => document.removeEventListener('pointerdown', leave)
  }, [])
  const { x, y, width, height } = world.box
  const shown = pointed && tipOf(pointed, countries, { nothing, opens: onOpen !== undefined })
  return (
    <div ref={frame} className="relative">
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- the table has links */}
      <svg
        aria-describedby={describedBy}
        aria-label={label}
        className="block h-auto w-full touch-pan-y select-none"
        role="img"
        viewBox={`${x} ${y} ${width} ${height}`}
        onClick={click}
        onPointerCancel={() => setPointed(null)}
        onPointerDown={point}
        // A finger that is lifted leaves the map, but what it pointed at is still being read.
        onPointerLeave={({ pointerType }) => pointerType !== 'touch' && setPointed(null)}
        onPointerMove={point}
      >
        <Land countries={countries} opens={onOpen !== undefined} world={world} />
        {pointed && <Outlined code={pointed.code} world={world} />}
      </svg>
      {children}
      {pointed && shown && <Tooltip tip={shown} x={pointed.x} y={pointed.y} />}
    </div>
  )
}

function tipOf({ code, isTouch }: Pointed, countries: Props['countries'], { nothing, opens }: { nothing: string; opens: boolean }): Tip {
  const country = countries.get(code)
  if (!country) return { title: countryName(code), rows: [], hint: nothing }
  return { ...country.tip, hint: !opens ? '' : isTouch ? 'Tap again to see the customers' : 'Click to see the customers' }
}

/** Drawn once, whatever the pointer does. */
function Land({ world, countries, opens }: Pick<Props, 'world' | 'countries'> & { opens: boolean }) {
  return useMemo(
    () => (
      <>
        {world.outlines.map(({ code, shape }) => {
          const country = code === null ? undefined : countries.get(code)
          return (
            <path
              key={code}
              className={country && opens ? 'cursor-pointer' : ''}
              d={shape}
              data-country={code ?? undefined}
              fill={`var(${country?.color ?? '--map-none'})`}
              stroke="var(--surface)"
              strokeWidth={0.5}
            />
          )
        })}
        {world.outlines.map(({ code, dot }) => {
          const country = code === null ? undefined : countries.get(code)
          if (!country || !dot || code === null) return null
          return (
            <g key={code} className="cursor-[inherit]" data-country={code}>
              <Dot at={dot} color="var(--surface)" size={10} />
              <Dot at={dot} color={`var(${country.color})`} size={8} />
            </g>
          )
        })}
      </>
    ),
    [world, countries, opens],
  )
}

/** Of the same size on every screen: a line without length, and with round ends. */
function Dot({ at: { x, y }, color, size }: { at: { x: number; y: number }; color: string; size: number }) {
  return <path d={`M${x} ${y}h0`} stroke={color} strokeLinecap="round" strokeWidth={size} vectorEffect="non-scaling-stroke" />
}

/** The border of the country that the pointer is at, above those of its neighbors. */
function Outlined({ code, world }: { code: string; world: World }) {
  const outline = world.outlines.find((one) => one.code === code)
  return (
    <path
      className="pointer-events-none"
      d={outline?.shape}
      fill="none"
      stroke="var(--ink)"
      strokeLinejoin="round"
      strokeWidth={1.5}
      vectorEffect="non-scaling-stroke"
    />
  )
}
