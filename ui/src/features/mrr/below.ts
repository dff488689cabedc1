/** What follows the headline and the key figures of the MRR Breakdown, or opens over it: loaded after what is seen first. */
export { BreakdownCard } from './BreakdownCard'
export { Causes } from './Causes'
export { MarkDrawer } from './MarkDrawer'
export { MovementsTrend, MrrTrend } from './TrendCards'
