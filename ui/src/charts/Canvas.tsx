import type { EChartsCoreOption, EChartsType } from 'echarts/core'
import { useEffect, useRef, useState } from 'react'

import { Skeleton } from '~/components/Feedback'
import { useTheme } from '~/components/theme'

export interface Mark {
  /** Empty for a click beside every mark, in the column of a bucket. */
  seriesId: string
  index: number
}

interface CanvasProps {
  /** Made anew with the theme's colors whenever they change. */
  option: () => EChartsCoreOption
  /** What the chart says, for who cannot see it. Its figures are in the table view. */
  label: string
  height: number
  onMark?: ((mark: Mark) => void) | undefined
  /** Which point a place on the horizontal axis belongs to; the nearest bucket when left out. */
  indexAt?: ((x: number) => number) | undefined
  onReady?: (chart: EChartsType | null) => void
}

const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)')

type Handlers = Pick<CanvasProps, 'onMark' | 'indexAt'>

/** A click on a mark is that mark; one beside it is its whole column, so that thin lines are easy to hit. */
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

/** The one place where ECharts is put into a page. */
export function Canvas({ option, label, height, onMark, indexAt, onReady }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<EChartsType | null>(null)
  const theme = useTheme()
  const handlers = useRef({ onMark, indexAt })

  useEffect(() => {
    handlers.current = { onMark, indexAt }
  }, [onMark, indexAt])

  useEffect(() => {
    const element = box.current
    let made: EChartsType | null = null
    let isGone = false
    const observer = new ResizeObserver(() => made?.resize())
    void import('./engine').then(({ init }) => {
      if (isGone || !element) return
      made = init(element, null, { renderer: 'svg' })
      listen(made, handlers)
      observer.observe(element)
      setChart(made)
      return undefined
    })
    return () => {
      isGone = true
      observer.disconnect()
      made?.dispose()
      setChart(null)
    }
  }, [])

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
      {!chart && <Skeleton className="absolute inset-x-0 top-2 bottom-6" />}
      <div ref={box} aria-label={label} className="size-full" role="img" />
    </div>
  )
}
