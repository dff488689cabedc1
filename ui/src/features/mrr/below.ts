/** What stands below the first screen of the MRR Breakdown, or opens over it: loaded after what is seen first. */
export { BreakdownCard } from './BreakdownCard'
export { Causes } from './Causes'
export { MarkDrawer } from './MarkDrawer'
