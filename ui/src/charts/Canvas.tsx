import type { EChartsCoreOption, EChartsType } from 'echarts/core'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { ErrorState, Skeleton } from '~/components/Feedback'
import { useTheme } from '~/components/theme'
import { fetched } from '~/routes/fetched'

import type { Handlers } from './listen'
import { listen } from './listen'

interface CanvasProps extends Handlers {
  /** Called again with the theme's colors whenever they change, and with how many pixels wide the chart is. */
  option: (width: number) => EChartsCoreOption
  /** What the chart says, for people who can't see it. Its figures are in the table view. */
  label: string
  height: number
  onReady?: (chart: EChartsType | null) => void
}

const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)')

/** The names on an axis are chosen anew when this much more or less of them fits. */
const WIDTH_STEP = 64

/** The chart library, which is loaded when the first chart is shown. */
const engineQuery = queryOptions({
  queryKey: ['chart-engine'],
  queryFn: fetched(() => import('./engine')),
  staleTime: Infinity,
  gcTime: Infinity,
  structuralSharing: false,
})

/** The one place where ECharts is put into a page. */
export function Canvas({ option, label, height, onMark, indexAt, buckets, onReady }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null)
  const line = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<EChartsType | null>(null)
  const [width, setWidth] = useState(0)
  const theme = useTheme()
  const engine = useQuery(engineQuery)
  const init = engine.data?.init
  const handlers = useRef<Handlers>({ onMark, indexAt, buckets })

  useEffect(() => {
    handlers.current = { onMark, indexAt, buckets }
  }, [onMark, indexAt, buckets])

  useEffect(() => {
    const [element, crosshair] = [box.current, line.current]
    if (!element || !crosshair || !init) return
    const made = init(element, null, { renderer: 'svg' })
    const measure = () => setWidth(Math.floor(made.getWidth() / WIDTH_STEP) * WIDTH_STEP)
    const observer = new ResizeObserver(() => {
      made.resize()
      measure()
    })
    const stop = listen(made, crosshair, handlers)
    observer.observe(element)
    measure()
    setChart(made)
    return () => {
      stop()
      observer.disconnect()
      made.dispose()
      setChart(null)
    }
  }, [init])

  useEffect(() => {
    // `width` only says when to choose the names anew: what fits goes by the chart as it is.
    chart?.setOption(
      { animation: !reducedMotion.matches, animationDuration: 250, animationDurationUpdate: 250, ...option(chart.getWidth()) },
      { replaceMerge: ['series'] },
    )
  }, [chart, option, theme, width])

  useEffect(() => {
    onReady?.(chart)
  }, [chart, onReady])

  return (
    <div className="relative" style={{ height }}>
      {!chart && !engine.error && <Skeleton className="absolute inset-x-0 top-2 bottom-6" />}
      {!chart && engine.error && (
        <div className="absolute inset-0 z-1 grid place-items-center">
          <ErrorState error={engine.error} onRetry={() => void engine.refetch()} />
        </div>
      )}
      <div ref={box} aria-label={label} className="size-full" role="img" />
      <div ref={line} hidden className="pointer-events-none absolute top-3 bottom-12 left-0 w-px bg-line-strong" />
    </div>
  )
}
