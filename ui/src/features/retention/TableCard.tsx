import { useMemo } from 'react'

import type { Currency } from '~/api/types'
import { fileName } from '~/charts/export'
import { CardHead } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { DataTable, fileOfRows } from '~/components/DataTable'
import { DownloadTable } from '~/components/DownloadTable'
import { formatMoney, moneyOf } from '~/format/money'
import { formatCount } from '~/format/number'
import { fileValue, formatValue } from '~/format/value'
import { DIMENSION_LABEL } from '~/view/groupLabels'
import type { CohortWhat, DimensionName } from '~/view/pageSearch'
import type { View } from '~/view/useView'

import type { CohortInterval, CohortRow } from './cohorts'
import { ratioOf } from './cohorts'
import { lackingText } from './lacking'
import type { CohortData } from './useCohorts'
import { INCOMPLETE, UNIT, WHAT_TITLE, startName, stepName } from './words'

/** The periods that are compared across products and in board decks. */
const STEPS: Record<CohortInterval, readonly number[]> = {
  month: [1, 3, 6, 12, 24],
  quarter: [1, 2, 4, 8],
  year: [1, 2, 3],
}

/** The last cell: what there is now. */
const lastOf = ({ cells }: CohortRow) => cells.at(-1)

const CUSTOMERS: Column<CohortRow> = {
  id: 'customers',
  header: 'Customers',
  isNumeric: true,
  sortBy: (row) => row.customers,
  value: (row) => row.customers,
  cell: (row) => formatCount(row.customers),
  total: (rows) => formatCount(rows.reduce((sum, row) => sum + row.customers, 0)),
}

interface TableProps {
  view: View
  what: CohortWhat
  by: DimensionName | undefined
  data: CohortData
}

function columnsOf({ view, what, by, data }: TableProps): Column<CohortRow>[] {
  const { interval, currency, labels, starts, isIncomplete, lacking } = data
  const name = (row: CohortRow) => startName(row, interval, labels)
  const value = (row: CohortRow, at: number) => {
    const cell = row.cells[at]
    return cell ? ratioOf(what, cell) : null
  }
  const text = (ratio: number | null) => formatValue(ratio, UNIT[what], currency)
  const longest = Math.max(0, ...starts.map(({ cells }) => cells.length))
  return [
    {
      id: by ?? 'started',
      header: by ? DIMENSION_LABEL[by] : 'Started',
      sortBy: (row) => row.start_on ?? name(row).toLowerCase(),
      value: (row) => row.start_on ?? name(row),
      cell: (row) => (
        <span className="block max-w-64 min-w-20 wrap-anywhere">
          <bdi>{name(row)}</bdi>
        </span>
      ),
      total: () => 'Total',
    },
    ...(view.connection.shared?.hides_counts ? [] : [CUSTOMERS]),
    {
      id: 'starting_mrr',
      header: 'Starting MRR',
      isNumeric: true,
      isWideOnly: true,
      sortBy: (row) => row.mrr_minor,
      value: (row) => moneyOf(row.mrr_minor, currency),
      cell: (row) => formatMoney(row.mrr_minor, currency),
      total: (rows) =>
        formatMoney(
          rows.reduce((sum, row) => sum + row.mrr_minor, 0),
          currency,
        ),
    },
    ...STEPS[interval]
      .filter((at) => at < longest)
      .map((at): Column<CohortRow> => ({
        id: `${interval}_${at}`,
        header: stepName(interval, at),
        isNumeric: true,
        isWideOnly: at !== STEPS[interval][0],
        sortBy: (row) => value(row, at),
        value: (row) => fileValue(value(row, at), UNIT[what], currency),
        cell: (row) => (
          <span className={row.cells[at]?.isRunning || row.cells[at]?.isYoung ? 'text-ink-faint' : ''}>
            {text(value(row, at))}
            {row.cells[at]?.isIncomplete && <Incomplete lacking={lacking} />}
          </span>
        ),
      })),
    ...(by ? [] : [latestColumn({ what, currency, lacking })]),
    ...(isIncomplete ? [INCOMPLETE_COLUMN] : []),
  ]
}

/** Only in files: the page marks each figure. */
const INCOMPLETE_COLUMN: Column<CohortRow> = {
  id: 'lacks_exchange_rates',
  header: '',
  cell: () => null,
  value: ({ cells }) => cells.some(({ isIncomplete }) => isIncomplete),
}

function Incomplete({ lacking }: { lacking: readonly Currency[] }) {
  const title = `Not complete: ${lackingText(lacking)}`
  return (
    <span title={title}>
      <span aria-hidden="true">{INCOMPLETE}</span>
      <span className="sr-only"> {title}</span>
    </span>
  )
}

function latestColumn({ what, currency, lacking }: { what: CohortWhat; currency: Currency; lacking: readonly Currency[] }): Column<CohortRow> {
  const latest = (row: CohortRow) => {
    const cell = lastOf(row)
    return cell ? ratioOf(what, cell) : null
  }
  return {
    id: 'now',
    header: 'Now',
    isNumeric: true,
    sortBy: latest,
    value: (row) => fileValue(latest(row), UNIT[what], currency),
    cell: (row) => (
      <span className="font-medium">
        {formatValue(latest(row), UNIT[what], currency)}
        {lastOf(row)?.isIncomplete && <Incomplete lacking={lacking} />}
      </span>
    ),
  }
}

/** The cohorts as rows that can be sorted, with the periods that are usually compared. */
export function TableCard(props: TableProps) {
  const { view, what, by, data } = props
  const columns = useMemo(() => columnsOf({ view, what, by, data }), [view, what, by, data])
  if (data.starts.length === 0) return null
  const title = `${WHAT_TITLE[what]}, ${by ? `by ${DIMENSION_LABEL[by].toLowerCase()}` : 'cohort by cohort'}`
  return (
    <section aria-label={title} className="card min-w-0 pb-2">
      <CardHead title={title}>
        <DownloadTable name={fileName(view.connection.name, title)} table={() => fileOfRows(columns, data.starts)} />
      </CardHead>
      <DataTable
        columns={columns.filter((column) => column !== INCOMPLETE_COLUMN)}
        initialSort={by ? [{ id: 'customers', desc: true }] : [{ id: 'started', desc: true }]}
        isStale={data.isStale}
        label={title}
        rowKey={(row) => row.key}
        rows={data.starts}
        shownAtFirst={24}
      />
      {data.isIncomplete && (
        <p className="border-t border-line px-4 pt-2.5 text-[0.8125rem] text-ink-soft sm:px-5">
          {INCOMPLETE} Not complete: {lackingText(data.lacking)}.
        </p>
      )}
    </section>
  )
}
