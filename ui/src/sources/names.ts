import type { Connection } from '~/api/types'

/** What each source is called, by the id that the API gives it. */
export const NAMES = { stripe: 'Stripe', paddle: 'Paddle', paddle_classic: 'Paddle Classic', sample: 'The sample' } as const

/** What a source calls its test data. */
const TEST_MODES: Record<string, string> = { paddle: 'Sandbox', paddle_classic: 'Sandbox' }

/** A source that a newer server knows. */
export const UNNAMED = 'The billing system'

/** The name of a connection's source, where none of its other words are needed. */
export const sourceName = ({ source }: Pick<Connection, 'source'>): string =>
  Object.entries(NAMES).find(([id]) => id === source)?.[1] ?? UNNAMED

/** What the mode without real payments is called there. */
export const testMode = (source: string): string => TEST_MODES[source] ?? 'Test mode'
