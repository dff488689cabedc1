import type { ScriptableContext } from 'chart.js'

/** Points closer together than this would make the line a chain. */
const POINT_ROOM = 14

const RADIUS = 3.5

/** A point without neighbors is not on any line: it is only seen as a point. */
const isLone = (data: readonly unknown[], index: number) => (data[index - 1] ?? null) === null && (data[index + 1] ?? null) === null

/** A line in one color whose points are shown where they have room, and below the pointer. */
export function pointsOf(color: string, length: number) {
  return {
    borderColor: color,
    borderJoinStyle: 'round' as const,
    pointBackgroundColor: color,
    pointHoverBackgroundColor: color,
    pointBorderWidth: 0,
    pointHoverBorderWidth: 0,
    pointRadius: ({ chart, dataset, dataIndex }: ScriptableContext<'line'>) =>
      chart.width / length >= POINT_ROOM || isLone(dataset.data, dataIndex) ? RADIUS : 0,
    pointHoverRadius: 5,
    pointHitRadius: 6,
  }
}
