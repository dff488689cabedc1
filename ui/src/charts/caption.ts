import type { Connection } from '~/api/types'
import { formatInstant, formatRange } from '~/format/date'
import type { View } from '~/view/useView'

/** `data through Nov 30, 2026, 9:41 AM UTC` */
export const throughOf = ({ data_through, time_zone }: Pick<Connection, 'data_through' | 'time_zone'>): string =>
  data_through === null ? 'still loading' : `data through ${formatInstant(data_through, time_zone)}`

/** The range and how far the data goes: on a picture that leaves the page. */
export const captionOf = ({ period, connection }: View): string => `${formatRange(period.start, period.end)} · ${throughOf(connection)}`
