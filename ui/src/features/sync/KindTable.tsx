import type { KindState, Progress } from '~/api/types'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { Badge } from '~/components/Feedback'
import { formatCount } from '~/format/number'

type Kind = Progress['kinds'][number]

const STATE: Record<KindState, { label: string; tone: 'plain' | 'info' | 'good' | 'warn' }> = {
  waiting: { label: 'Waiting', tone: 'plain' },
  loading: { label: 'Loading', tone: 'info' },
  done: { label: 'Complete', tone: 'good' },
  absent: { label: 'Not available', tone: 'warn' },
  forbidden: { label: 'Not permitted', tone: 'warn' },
}

/** What waits or can't be had has not been counted: that is no zero. */
const isCounted = ({ state, done }: Kind) => state === 'done' || state === 'loading' || done > 0

function Bar({ kind }: { kind: Kind }) {
  const share = kind.state === 'done' ? 1 : kind.estimated_total ? Math.min(1, kind.done / kind.estimated_total) : 0
  return (
    <span aria-hidden="true" className="block h-1.5 w-full min-w-16 overflow-hidden rounded-full bg-hover">
      <span
        className={`block h-full rounded-full transition-[width] duration-700 ${kind.state === 'done' ? 'bg-up' : 'bg-accent'}`}
        style={{ width: `${share * 100}%` }}
      />
    </span>
  )
}

const ALL_COLUMNS: Column<Kind>[] = [
  { id: 'label', header: 'Type', cell: (kind) => kind.label },
  {
    id: 'done',
    header: 'Loaded',
    isNumeric: true,
    cell: (kind) => (isCounted(kind) ? formatCount(kind.done) : <span className="text-ink-faint">–</span>),
  },
  {
    id: 'total',
    header: 'Estimated',
    isNumeric: true,
    cell: (kind) =>
      kind.estimated_total === null ? (
        <span className="text-ink-faint">–</span>
      ) : kind.state === 'done' ? (
        formatCount(kind.done)
      ) : (
        `≈ ${formatCount(Math.max(kind.estimated_total, kind.done))}`
      ),
  },
  { id: 'bar', header: 'Progress', isWideOnly: true, width: '35%', cell: (kind) => <Bar kind={kind} /> },
  { id: 'state', header: 'Status', cell: (kind) => <Badge tone={STATE[kind.state].tone}>{STATE[kind.state].label}</Badge> },
]

/** What is only of interest while something is loading. */
const OF_LOADING = new Set(['total', 'bar'])

const isLoading = ({ state }: Kind) => state === 'waiting' || state === 'loading'

export function KindTable({ progress }: { progress: Progress }) {
  const columns = progress.kinds.some(isLoading) ? ALL_COLUMNS : ALL_COLUMNS.filter(({ id }) => !OF_LOADING.has(id))
  return <DataTable columns={columns} label="Loaded by type" rowKey={(kind) => kind.kind} rows={progress.kinds} />
}
