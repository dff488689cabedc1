import { useId } from 'react'

import type { Member } from '~/api/types'
import { Button } from '~/components/Button'
import { TextField } from '~/components/Field'
import { Select } from '~/components/Select'
import { isDay } from '~/format/date'
import type { AuditSearch } from '~/view/pageSearch'
import { AUDIT_KINDS } from '~/view/pageSearch'

import type { AuditKind } from './actions'
import { KIND } from './actions'

const ALL = ''

interface AuditFiltersProps {
  search: AuditSearch
  members: readonly Member[]
  onChange: (patch: { [Name in keyof AuditSearch]?: AuditSearch[Name] | undefined }) => void
}

/** What narrows the log. Somebody who has left can still be chosen while they are what it is narrowed to. */
export function AuditFilters({ search, members, onChange }: AuditFiltersProps) {
  const id = useId()
  const usernames = [...new Set([...members.map(({ username }) => username), ...(search.who ? [search.who] : [])])]
  const kinds = AUDIT_KINDS.map((kind) => ({ id: kind, label: KIND[kind] })).toSorted((a, b) => a.label.localeCompare(b.label))
  const day = (name: 'since' | 'until') => ({
    type: 'date',
    value: search[name] ?? '',
    onChange: (value: string) => onChange({ [name]: isDay(value) ? value : undefined }),
  })
  return (
    <div aria-labelledby={id} className="grid grid-cols-2 items-end gap-3 md:grid-cols-4" role="group">
      <span className="sr-only" id={id}>
        Filters
      </span>
      <Select<AuditKind | typeof ALL>
        label="Action"
        options={[{ id: ALL, label: 'All actions' }, ...kinds]}
        value={search.kind ?? ALL}
        onChange={(kind) => onChange({ kind: kind === ALL ? undefined : kind })}
      />
      <Select
        label="Person"
        options={[{ id: ALL, label: 'Everyone' }, ...usernames.map((name) => ({ id: name, label: name }))]}
        value={search.who ?? ALL}
        onChange={(who) => onChange({ who: who === ALL ? undefined : who })}
      />
      <TextField {...day('since')} label="From" />
      <TextField {...day('until')} label="To" />
      {Object.keys(search).length > 0 && (
        <Button
          className="justify-self-start"
          kind="quiet"
          size="small"
          onPress={() => onChange({ kind: undefined, who: undefined, since: undefined, until: undefined })}
        >
          Clear filters
        </Button>
      )}
    </div>
  )
}
