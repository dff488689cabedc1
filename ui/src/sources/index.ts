import type { Connection, CustomerDetail, Source } from '~/api/types'

import { generic } from './generic'
import { NAMES, UNNAMED } from './names'
import { paddle } from './paddle'
import { paddleClassic } from './paddleClassic'
import { stripe } from './stripe'
import type { SourceTexts } from './texts'

export type { KeyTexts, SourceTexts } from './texts'

/** Each source in the words of its own dashboard, by the id that the API gives it. */
const SOURCES: Record<string, SourceTexts> = {
  stripe,
  paddle,
  paddle_classic: paddleClassic,
  sample: { ...generic(NAMES.sample), about: 'Explore a fictional business before you connect your own.' },
}

/** The words for a source that can be connected. */
export const textsOf = ({ id, name }: Pick<Source, 'id' | 'name'>): SourceTexts => SOURCES[id] ?? generic(name)

/** The words for a connection's source. */
export const sourceOf = ({ source }: Pick<Connection, 'source'>): SourceTexts => SOURCES[source] ?? generic(UNNAMED)

/** The customer's page in the source's own dashboard. */
export function dashboardUrl(detail: CustomerDetail): string | null {
  return detail.provider_url ?? null
}
