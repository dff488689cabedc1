export { mrrStory } from './mrr'
export { churnStory, geographyStory, paymentsStory, plansStory, retentionStory, revenueStory, trialsStory } from './pages'
export { amount, largestOf, listed, mostOf, moved, sentence, told } from './words'
export type { Part, Told } from './words'
