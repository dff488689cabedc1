/** A line without axes beside the figure that it belongs to: decoration, the figure says it. */
export function Sparkline({
  values,
  colorVar = 'var(--series-1)',
  className = 'h-8 w-24',
}: {
  /** What is not known leaves a gap. */
  values: readonly (number | null)[]
  colorVar?: string
  className?: string
}) {
  const known = values.filter((value) => value !== null)
  // One point draws nothing, and two of many look like a dash that stands for a missing figure.
  if (known.length < 2 || (known.length === 2 && values.length > 2)) return null
  const [low, high] = [Math.min(...known, 0), Math.max(...known)]
  const points = values.map((value, index) => {
    if (value === null) return ''
    const x = (index / (values.length - 1)) * 100
    const y = high === low ? 50 : 95 - ((value - low) / (high - low)) * 90
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  const runs = points.join(' ').split(/ {2,}/).filter(Boolean)
  return (
    <svg aria-hidden="true" className={className} preserveAspectRatio="none" viewBox="0 0 100 100">
      {runs.map((run) => (
        <polyline
          key={run}
          fill="none"
          points={run.trim()}
          stroke={colorVar}
          strokeLinejoin="round"
          strokeWidth="1.75"
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </svg>
  )
}
