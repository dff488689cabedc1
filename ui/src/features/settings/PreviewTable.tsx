import type { SettingsPreview } from '~/api/types'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { Money, MoneyDelta, MoneyList } from '~/components/Figures'
import { formatMonth } from '~/format/date'

type Row = SettingsPreview['months'][number]

const COLUMNS: Column<Row>[] = [
  { id: 'month', header: 'Month', cell: (row) => <span className="num">{formatMonth(row.month_on)}</span> },
  {
    id: 'before',
    header: 'Current',
    isNumeric: true,
    isWideOnly: true,
    cell: (row) => <Money currency={row.currency} minor={row.before_minor} />,
  },
  {
    id: 'after',
    header: 'After',
    isNumeric: true,
    cell: (row) => <Money currency={row.currency} minor={row.after_minor} />,
  },
  {
    id: 'delta',
    header: 'Change',
    isNumeric: true,
    cell: (row) => <MoneyDelta currency={row.currency} minor={row.after_minor - row.before_minor} />,
  },
]

/** The effect of new settings on every month that they change, before they are applied. */
export function PreviewTable({ preview }: { preview: SettingsPreview }) {
  return (
    <div className="flex flex-col gap-3">
      <dl className="grid grid-cols-2 gap-4 text-sm">
        <div>
          <dt className="text-ink-soft">Current MRR</dt>
          <dd className="num font-semibold">
            <MoneyList amounts={preview.mrr_before} empty="No MRR" />
          </dd>
        </div>
        <div>
          <dt className="text-ink-soft">After</dt>
          <dd className="num font-semibold">
            <MoneyList amounts={preview.mrr_after} empty="No MRR" />
          </dd>
        </div>
      </dl>
      {preview.months.length === 0 ? (
        <p className="text-sm text-ink-soft">MRR doesn’t change in any month.</p>
      ) : (
        <div className="max-h-80 overflow-y-auto">
          <DataTable
            columns={COLUMNS}
            label="Months that would change"
            rowKey={(row) => `${row.month_on} ${row.currency}`}
            rows={preview.months.toReversed()}
          />
        </div>
      )}
    </div>
  )
}
