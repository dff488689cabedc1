import type { EChartsCoreOption, EChartsType } from 'echarts/core'
import { useEffect, useRef, useState } from 'react'

import { Skeleton } from '~/components/Feedback'
import { useTheme } from '~/components/theme'

export interface Mark {
  seriesId: string
  index: number
}

interface CanvasProps {
  /** Made anew with the theme's colours whenever they change. */
  option: () => EChartsCoreOption
  /** What the chart says, for who cannot see it. Its figures are in the table view. */
  label: string
  height: number
  onMark?: ((mark: Mark) => void) | undefined
  onReady?: (chart: EChartsType | null) => void
}

const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)')

/** The one place where ECharts is put into a page. */
export function Canvas({ option, label, height, onMark, onReady }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<EChartsType | null>(null)
  const theme = useTheme()
  const onMarkNow = useRef(onMark)

  useEffect(() => {
    onMarkNow.current = onMark
  }, [onMark])

  useEffect(() => {
    const element = box.current
    let made: EChartsType | null = null
    let isGone = false
    const observer = new ResizeObserver(() => made?.resize())
    void import('./engine').then(({ init }) => {
      if (isGone || !element) return
      made = init(element, null, { renderer: 'svg' })
      made.on('click', (event) => {
        if (event.componentType === 'series' && event.seriesId !== undefined) {
          onMarkNow.current?.({ seriesId: event.seriesId, index: event.dataIndex })
        }
      })
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
    chart?.setOption({ animation: !reducedMotion.matches, animationDuration: 250, animationDurationUpdate: 250, ...option() }, { replaceMerge: ['series'] })
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
