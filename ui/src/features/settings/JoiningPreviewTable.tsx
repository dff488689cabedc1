import type { JoiningPreview } from '~/api/types'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { Money, MoneyList, MovementName } from '~/components/Figures'
import { CountedOnce } from '~/features/together/CountedOnce'
import { countOf, formatCount } from '~/format/number'

type Row = JoiningPreview['movements'][number]
type Example = JoiningPreview['examples'][number]

const amount = (currency: string, minor: number, customers: number) => (
  <>
    <Money currency={currency} minor={minor} />
    <span className="block text-xs text-ink-soft">{countOf(customers, 'customer', 'customers')}</span>
  </>
)

const MOVEMENTS: Column<Row>[] = [
  {
    id: 'type',
    header: 'Movement',
    cell: (row) => (
      <>
        <MovementName type={row.type} /> <span className="text-xs text-ink-soft">{row.currency.toUpperCase()}</span>
      </>
    ),
  },
  { id: 'before', header: 'Current', isNumeric: true, cell: (row) => amount(row.currency, row.before_minor, row.before_customers) },
  { id: 'after', header: 'After', isNumeric: true, cell: (row) => amount(row.currency, row.after_minor, row.after_customers) },
]

const EXAMPLES: Column<Example>[] = [
  {
    id: 'customer',
    header: 'Customer',
    cell: (row) => (
      <span className="block max-w-72 wrap-anywhere">
        <bdi>{row.name ?? row.email ?? row.accounts[0]?.customer_id}</bdi>
        {row.name !== null && row.email !== null && <bdi className="block text-xs text-ink-soft">{row.email}</bdi>}
      </span>
    ),
  },
  {
    id: 'accounts',
    header: 'Accounts',
    cell: (row) => (
      <span className="block max-w-96 wrap-anywhere">
        {row.accounts.map((account) => (
          <span key={account.connection_id} className="block">
            <bdi>{account.connection_name}</bdi>{' '}
            <code className="font-mono text-xs text-ink-soft">{account.customer_id}</code>
          </span>
        ))}
      </span>
    ),
  },
  { id: 'by', header: 'Joined by', cell: (row) => (row.is_imported ? 'Import' : 'Email address'), isWideOnly: true },
]

/** The effect of other rules before they are applied. */
export function JoiningPreviewTable({ preview }: { preview: JoiningPreview }) {
  return (
    <div className="flex flex-col gap-4">
      <dl className="grid grid-cols-2 gap-4 text-sm sm:grid-cols-4">
        {factsOf(preview).map(([term, fact]) => (
          <div key={term}>
            <dt className="text-ink-soft">{term}</dt>
            <dd className="num font-semibold">{fact}</dd>
          </div>
        ))}
      </dl>
      <CountedOnce summary={preview} />
      {preview.movements.length === 0 ? (
        <p className="text-sm text-ink-soft">No movement of the last 12 months changes.</p>
      ) : (
        <div>
          <h4 className="mb-1 text-sm font-semibold">Movements of the last 12 months</h4>
          <DataTable
            columns={MOVEMENTS}
            label="Movements that would change"
            rowKey={(row) => `${row.type} ${row.currency}`}
            rows={preview.movements}
          />
        </div>
      )}
      {preview.examples.length > 0 && (
        <div>
          <h4 className="mb-1 text-sm font-semibold">Who would be one customer</h4>
          <DataTable
            columns={EXAMPLES}
            label="Examples of customers who would be joined"
            rowKey={(row) => row.accounts.map((account) => `${account.connection_id} ${account.customer_id}`).join(' ')}
            rows={preview.examples}
          />
          {preview.joined_customers > preview.examples.length && (
            <p className="mt-1 text-xs text-ink-soft">
              {formatCount(preview.examples.length)} of {formatCount(preview.joined_customers)} are shown.
            </p>
          )}
        </div>
      )}
    </div>
  )
}

const factsOf = (preview: JoiningPreview) =>
  [
    ['Customers in several accounts', formatCount(preview.joined_customers)],
    ['Customers', `${formatCount(preview.customers_before)} → ${formatCount(preview.customers_after)}`],
    ['Current MRR', <MoneyList key="before" amounts={preview.mrr_before} empty="No MRR" />],
    ['MRR after', <MoneyList key="after" amounts={preview.mrr_after} empty="No MRR" />],
  ] as const
