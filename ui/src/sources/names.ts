import type { Connection } from '~/api/types'

/** What each source is called, by the id that the API gives it. */
export const NAMES = { stripe: 'Stripe', paddle: 'Paddle', paddle_classic: 'Paddle Classic', sample: 'The sample' } as const

/** A source that a newer server knows. */
export const UNNAMED = 'The billing system'

/** The name of a connection's source, where none of its other words are needed. */
export const sourceName = ({ source }: Pick<Connection, 'source'>): string =>
  Object.entries(NAMES).find(([id]) => id === source)?.[1] ?? UNNAMED
