import type { Query } from '~/api/client'
import type { AuditEntry, Day } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import { addDays, dateOf } from '~/format/date'
import type { AuditSearch } from '~/view/pageSearch'

import type { Names } from './actions'
import { actionText } from './actions'

/** The instant at which a day begins for the reader. */
const beginningOf = (day: Day) => Math.floor(new Date(`${day}T00:00:00`).getTime() / 1000)

/** Both days count whole. */
export function periodQuery({ since, until }: AuditSearch): Query {
  return { ...(since ? { from: beginningOf(since) } : {}), ...(until ? { until: beginningOf(addDays(until, 1)) } : {}) }
}

/** For auditors and their programs: names as the API has them, and what they mean beside them. */
export function auditFile(entries: readonly AuditEntry[], names: Names): ExportTable {
  return {
    columns: ['at', 'actor_kind', 'actor', 'action', 'action_text', 'subject', 'subject_name', 'detail', 'address'],
    rows: entries.map((entry) => [
      dateOf(entry.at).toISOString(),
      entry.actor_kind,
      entry.actor_name,
      entry.action,
      actionText(entry.action),
      entry.subject,
      entry.subject === null ? null : (names.get(entry.subject) ?? null),
      entry.detail,
      entry.address,
    ]),
  }
}
