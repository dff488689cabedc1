/** A line without axes beside the figure that it belongs to: decoration, the figure says it. */
export function Sparkline({
  values,
  colorVar = 'var(--series-1)',
  className = 'h-8 w-24',
}: {
  values: readonly number[]
  colorVar?: string
  className?: string
}) {
  if (values.length < 2) return null
  const [low, high] = [Math.min(...values, 0), Math.max(...values)]
  const points = values.map((value, index) => {
    const x = (index / (values.length - 1)) * 100
    const y = high === low ? 50 : 95 - ((value - low) / (high - low)) * 90
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  return (
    <svg aria-hidden="true" className={className} preserveAspectRatio="none" viewBox="0 0 100 100">
      <polyline
        fill="none"
        points={points.join(' ')}
        stroke={colorVar}
        strokeLinejoin="round"
        strokeWidth="1.75"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  )
}
