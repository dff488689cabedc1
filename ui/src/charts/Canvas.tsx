import { queryOptions, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { ErrorState, Skeleton } from '~/components/Feedback'
import { useTheme } from '~/components/theme'
import { fetched } from '~/routes/fetched'

import type { Drawing } from './export'
import type { Handlers, Pointed, Stage } from './listen'
import { listen } from './listen'
import type { DrawnChart, Plot } from './plot'
import { Tooltip } from './Tooltip'

interface CanvasProps extends Handlers {
  /** Called again whenever the theme's colors change. */
  plot: () => Plot
  /** What the chart says, for people who can't see it. Its figures are in the table view. */
  label: string
  height: number
  onReady?: (drawing: Drawing | null) => void
}

const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)')

/** The chart library, which is loaded when the first chart is shown. */
const engineQuery = queryOptions({
  queryKey: ['chart-engine'],
  queryFn: fetched(() => import('./engine')),
  staleTime: Infinity,
  gcTime: Infinity,
  structuralSharing: false,
})

/** The one place where the chart library is put into a page. */
export function Canvas({ plot, label, height, onMark, buckets, onReady }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const marker = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<DrawnChart | null>(null)
  const [shown, setShown] = useState<Plot | null>(null)
  const [pointed, setPointed] = useState<Pointed | null>(null)
  const stage = useRef<Stage>({ plot: null, onPoint: setPointed })
  const theme = useTheme()
  const { data: engine, error, refetch } = useQuery(engineQuery)

  useEffect(() => {
    stage.current = { ...stage.current, onMark, buckets }
  }, [onMark, buckets])

  useEffect(() => {
    if (!canvas.current || !engine) return
    const made = engine.create(canvas.current)
    setChart(made)
    return () => {
      made.destroy()
      setChart(null)
    }
  }, [engine])

  useEffect(() => {
    if (!chart || !engine) return
    const next = plot()
    stage.current = { ...stage.current, plot: next }
    engine.show(chart, next, !reducedMotion.matches)
    setShown(next)
  }, [chart, engine, plot, theme])

  useEffect(() => (chart && marker.current ? listen(chart, marker.current, stage) : undefined), [chart])

  useEffect(() => {
    onReady?.(chart && engine ? { picture: (scale) => engine.pictureOf(plot(), chart.width, chart.height, scale) } : null)
  }, [chart, engine, plot, onReady])

  const tip = pointed && shown?.tipAt(pointed.index)
  return (
    <div className="relative" style={{ height }}>
      {!chart && !error && <Skeleton className="absolute inset-x-0 top-2 bottom-6" />}
      {!chart && error && (
        <div className="absolute inset-0 z-1 grid place-items-center">
          <ErrorState error={error} onRetry={() => void refetch()} />
        </div>
      )}
      <div ref={marker} hidden className="pointer-events-none absolute bg-line-strong data-[kind=band]:bg-hover/60" />
      {/* The library gives the canvas the size of the box that it is in. */}
      <div className="absolute inset-0">
        <canvas ref={canvas} aria-label={label} className="touch-pan-y" role="img" />
      </div>
      {pointed && tip && <Tooltip tip={tip} x={pointed.x} y={pointed.y} />}
    </div>
  )
}
