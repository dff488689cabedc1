import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { planSwitchesQuery } from '~/api/queries'
import type { Currency } from '~/api/types'
import { DefinitionButton } from '~/charts/Definition'
import { fileName } from '~/charts/export'
import { Button } from '~/components/Button'
import { CardHead } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { DataTable } from '~/components/DataTable'
import { DownloadTable } from '~/components/DownloadTable'
import { CardSkeleton, ErrorState } from '~/components/Feedback'
import { Money, MoneyDelta } from '~/components/Figures'
import { formatRange } from '~/format/date'
import { countOf, formatCount } from '~/format/number'
import { shownCurrency } from '~/view/currency'
import { planLabels } from '~/view/facetLabels'
import { isKnown } from '~/view/known'
import type { View } from '~/view/useView'

import { SwitchMatrix } from './SwitchMatrix'
import type { SwitchRow } from './switches'
import { SEVERAL, matrixOf, switchMark, switchRows, switchesFile } from './switches'

const TITLE = 'Switches between plans'
const FORMULA = 'Customers whose subscription moved from the price of one product to that of another, and what that changed in MRR.'

function columnsOf(currency: Currency, open: (mark: string) => void): Column<SwitchRow>[] {
  const sum = (rows: readonly SwitchRow[], of: 'mrr_before_minor' | 'mrr_after_minor' | 'change_minor') =>
    rows.reduce((all, row) => all + row[of], 0)
  const amount = (id: string, header: string, of: 'mrr_before_minor' | 'mrr_after_minor'): Column<SwitchRow> => ({
    id,
    header,
    isNumeric: true,
    isWideOnly: true,
    sortBy: (row) => row[of],
    cell: (row) => <Money currency={currency} minor={row[of]} />,
    total: (rows) => <Money currency={currency} minor={sum(rows, of)} />,
  })
  return [
    {
      id: 'plans',
      header: 'From and to',
      sortBy: ({ from, to }) => `${from} ${to}`.toLowerCase(),
      cell: (row) => {
        const [mark, isPair] = [switchMark(row), row.from_plan !== null && row.to_plan !== null]
        if (mark === undefined) return <span className="text-ink-soft">{row.from}</span>
        return (
          <button className="link block min-w-28 text-left wrap-anywhere" type="button" onClick={() => open(mark)}>
            {isPair ? (
              <>
                <bdi>{row.from}</bdi> <span aria-hidden="true">→</span> <span className="sr-only">to</span> <bdi className="font-medium">{row.to}</bdi>
              </>
            ) : (
              `${SEVERAL} at once`
            )}
          </button>
        )
      },
      total: () => 'Total',
    },
    {
      id: 'customers',
      header: 'Customers',
      isNumeric: true,
      sortBy: ({ customers }) => customers,
      cell: ({ customers }) => formatCount(customers),
    },
    amount('before', 'MRR before', 'mrr_before_minor'),
    amount('after', 'MRR after', 'mrr_after_minor'),
    {
      id: 'change',
      header: 'Change',
      isNumeric: true,
      sortBy: ({ change_minor }) => change_minor,
      cell: ({ change_minor }) => <MoneyDelta currency={currency} minor={change_minor} />,
      total: (rows) => <MoneyDelta currency={currency} minor={sum(rows, 'change_minor')} />,
    },
  ]
}

interface SwitchesProps {
  view: View
  /** Opens the movements that a switch is part of, or all switches. */
  onOpen: (mark?: string) => void
}

/** From which plan to which customers moved in the range, and what it changed. */
export function SwitchesCard({ view, onOpen }: SwitchesProps) {
  const { start: from, end: to } = view.period
  const query = useQuery(planSwitchesQuery(view.connection.id, { from, to, ...view.scope }))
  const currency = shownCurrency(view)
  const { facets } = view
  const rows = useMemo(
    () => switchRows(query.data?.data ?? [], currency ?? 'usd', facets ? planLabels(facets) : new Map()),
    [query.data, currency, facets],
  )
  const columns = useMemo(() => columnsOf(currency ?? 'usd', onOpen), [currency, onOpen])
  const openRow = (row: SwitchRow) => {
    const mark = switchMark(row)
    if (mark !== undefined) onOpen(mark)
  }
  const isLoading = currency === undefined || !isKnown(query.data)
  return (
    <section aria-label={TITLE} className="card min-w-0 pb-2">
      <CardHead
        definition={<DefinitionButton formula={FORMULA} label={TITLE} page="causes" />}
        lead={formatRange(from, to)}
        title={TITLE}
      >
        <Button isDisabled={rows.length === 0} size="small" onPress={() => onOpen()}>
          See the movements
        </Button>
        <DownloadTable
          isDisabled={rows.length === 0}
          name={fileName(view.connection.name, 'plan switches')}
          table={() => switchesFile(rows)}
        />
      </CardHead>
      {query.error && !query.data && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {isLoading && !query.error && <CardSkeleton rows={6} />}
      {!isLoading && rows.length === 0 && <p className="px-4 pb-3 text-sm text-ink-soft sm:px-5">{emptyText(view)}</p>}
      {!isLoading && rows.length > 0 && <Matrix currency={currency} rows={rows} onOpen={openRow} />}
      {!isLoading && rows.length > 0 && (
        <DataTable
          columns={columns}
          initialSort={[{ id: 'customers', desc: true }]}
          isStale={query.isPlaceholderData}
          label={TITLE}
          rowKey={({ key }) => key}
          rows={rows}
          shownAtFirst={8}
          onRowClick={openRow}
        />
      )}
    </section>
  )
}

/** A phone has no room for it: there, the list says the same. */
function Matrix({ rows, currency, onOpen }: { rows: readonly SwitchRow[]; currency: Currency; onOpen: (row: SwitchRow) => void }) {
  const matrix = useMemo(() => matrixOf(rows), [rows])
  if (matrix.cells.size < 2) return null
  return (
    <div className="hidden md:block">
      <SwitchMatrix
        currency={currency}
        label="Customers by the plan they left and the plan they moved to"
        matrix={matrix}
        onOpen={onOpen}
      />
      {matrix.left > 0 && (
        <p className="px-5 pb-2 text-xs text-ink-soft">
          {countOf(matrix.left, 'other switch is', 'other switches are')} only in the list below.
        </p>
      )}
    </div>
  )
}

/** Within one plan, a customer who moves to another is simply gone. */
function emptyText({ filters }: View): string {
  return filters.plan || filters.product
    ? 'Clear the filter by plan or product to see switches: within one plan, they are churn.'
    : 'No customer switched plans in this range.'
}
