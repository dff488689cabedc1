/** The steps from what came in to what is left, and where their bars begin and end. */
export interface Amount {
  /** The metric's id. */
  id: string
  name: string
  colorToken: string
  /** Whether it takes away from the amounts before it. */
  isLoss: boolean
  /** Not known where the key can't read it. */
  minor: number | null | undefined
}

export interface Step {
  /** The id of the metric that explains it. */
  id: string
  name: string
  colorToken: string
  minor: number
  /** Parts of the widest place of the waterfall, from 0 to 1. */
  from: number
  to: number
  isTotal: boolean
}

interface Placed {
  amount: Amount
  minor: number
  low: number
  high: number
}

const clamped = (share: number) => Math.min(1, Math.max(0, share))

/** Gains first, then losses, then what is left. Amounts that are not known are left out; with none, there is nothing to show. */
export function stepsOf(amounts: readonly Amount[]): Step[] {
  let level = 0
  const placed: Placed[] = []
  for (const amount of amounts) {
    if (amount.minor === null || amount.minor === undefined) continue
    const minor = amount.isLoss ? 0 - amount.minor : amount.minor
    const next = level + minor
    placed.push({ amount, minor, low: Math.min(level, next), high: Math.max(level, next) })
    level = next
  }
  const widest = Math.max(0, ...placed.map(({ high }) => high))
  if (widest === 0) return []
  const steps = placed.map(({ amount: { id, name, colorToken }, minor, low, high }) => ({
    id,
    name,
    colorToken,
    minor,
    from: clamped(low / widest),
    to: clamped(high / widest),
    isTotal: false,
  }))
  return [...steps, { id: 'net_revenue', name: 'Net revenue', colorToken: '--series-1', minor: level, from: 0, to: clamped(level / widest), isTotal: true }]
}
