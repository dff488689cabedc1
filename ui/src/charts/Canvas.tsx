import type { EChartsCoreOption, EChartsType } from 'echarts/core'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { ErrorState, Skeleton } from '~/components/Feedback'
import { useTheme } from '~/components/theme'
import { fetched } from '~/routes/fetched'

export interface Mark {
  /** Empty for a click beside the marks, in the column of a bucket. */
  seriesId: string
  index: number
}

interface CanvasProps {
  /** Called again with the theme's colors whenever they change. */
  option: () => EChartsCoreOption
  /** What the chart says, for people who can't see it. Its figures are in the table view. */
  label: string
  height: number
  onMark?: ((mark: Mark) => void) | undefined
  /** The point that a place on the horizontal axis belongs to; the nearest bucket when left out. */
  indexAt?: ((x: number) => number) | undefined
  onReady?: (chart: EChartsType | null) => void
}

const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)')

type Handlers = Pick<CanvasProps, 'onMark' | 'indexAt'>

/** A click on a mark means that mark; a click beside it means its whole column, so thin lines are easy to hit. */
function listen(chart: EChartsType, handlers: { current: Handlers }) {
  chart.on('click', (event) => {
    if (event.componentType === 'series' && event.seriesId !== undefined) {
      handlers.current.onMark?.({ seriesId: event.seriesId, index: event.dataIndex })
    }
  })
  chart.getZr().on('click', ({ offsetX, offsetY, target }) => {
    if (target || !chart.containPixel('grid', [offsetX, offsetY])) return
    const [x] = chart.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY])
    if (x === undefined) return
    const { onMark, indexAt = Math.round } = handlers.current
    onMark?.({ seriesId: '', index: indexAt(x) })
  })
}

/** The chart library, which is loaded when the first chart is shown. */
const engineQuery = queryOptions({
  queryKey: ['chart-engine'],
  queryFn: fetched(() => import('./engine')),
  staleTime: Infinity,
  gcTime: Infinity,
  structuralSharing: false,
})

/** The one place where ECharts is put into a page. */
export function Canvas({ option, label, height, onMark, indexAt, onReady }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<EChartsType | null>(null)
  const theme = useTheme()
  const engine = useQuery(engineQuery)
  const init = engine.data?.init
  const handlers = useRef({ onMark, indexAt })

  useEffect(() => {
    handlers.current = { onMark, indexAt }
  }, [onMark, indexAt])

  useEffect(() => {
    const element = box.current
    if (!element || !init) return
    const made = init(element, null, { renderer: 'svg' })
    const observer = new ResizeObserver(() => made.resize())
    listen(made, handlers)
    observer.observe(element)
    setChart(made)
    return () => {
      observer.disconnect()
      made.dispose()
      setChart(null)
    }
  }, [init])

  useEffect(() => {
    chart?.setOption(
      { animation: !reducedMotion.matches, animationDuration: 250, animationDurationUpdate: 250, ...option() },
      { replaceMerge: ['series'] },
    )
  }, [chart, option, theme])

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
    </div>
  )
}
