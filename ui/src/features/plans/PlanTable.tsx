import { useMemo, useState } from 'react'

import { fileName } from '~/charts/export'
import { CardHead } from '~/components/CardHead'
import type { Column } from '~/components/DataTable'
import { DataTable, fileOfRows } from '~/components/DataTable'
import { DownloadTable } from '~/components/DownloadTable'
import { CardSkeleton, ErrorState } from '~/components/Feedback'
import { RightIcon } from '~/components/icons'
import { PageLink } from '~/components/PageLink'
import { NothingHere } from '~/features/controls/NothingHere'
import { figureColumns } from '~/features/groups/columns'
import type { GroupRow, Groups } from '~/features/groups/useGroups'
import { countOf, formatRatio } from '~/format/number'
import { REST, UNKNOWN } from '~/view/groupLabels'
import { levelPhrase } from '~/view/period'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import type { TreeRow } from './tree'
import { treeOf } from './tree'

/** Churn of a period by plan and by product, by their keys, and of everything. */
export interface ChurnRates {
  of: string
  plans: ReadonlyMap<string, number | null | undefined>
  products: ReadonlyMap<string, number | null | undefined>
  total: number | null | undefined
}

interface Props {
  view: View
  plans: Groups
  products: Groups
  churn: ChurnRates
}

const NONE: ReadonlySet<string> = new Set()
/** With this many plans or more, the tree starts closed. */
const OPEN_AT_MOST = 60

/** Every product with its plans below it. */
export function PlanTable({ view, plans, products, churn }: Props) {
  const [sort, setSort] = useState('-mrr')
  const [chosen, setClosed] = useState<ReadonlySet<string>>()
  const closed = useMemo(
    () => chosen ?? (plans.rows.length > OPEN_AT_MOST ? new Set(products.rows.map(({ key }) => key)) : NONE),
    [chosen, plans.rows, products.rows],
  )
  const columns = useMemo(() => {
    const toggle = (key: string) => {
      const next = new Set(closed)
      if (!next.delete(key)) next.add(key)
      setClosed(next)
    }
    return columnsOf({ view, plans, churn, closed, toggle })
  }, [view, plans, churn, closed])
  const compare = useMemo(() => comparing(columns, sort), [columns, sort])
  const rows = useMemo(
    () => treeOf(products.rows, plans.rows, view.facets, { compare, closed }),
    [products.rows, plans.rows, view.facets, compare, closed],
  )
  const isLoading = plans.isLoading || products.isLoading
  const error = plans.error ?? products.error
  const { compared_with } = view.period
  const file = () => fileOfRows(columns, treeOf(products.rows, plans.rows, view.facets, { compare, closed: NONE }))
  return (
    <section aria-label="Products and plans" className="card min-w-0 pb-2">
      <CardHead
        lead={`${compared_with ? `Change since ${levelPhrase(compared_with.level_on)}. ` : ''}Churn is for ${churn.of}; a customer who switches plans churns from the first and is new in the second.`}
        title="Products and plans"
      >
        <DownloadTable isDisabled={rows.length === 0} name={fileName(view.connection.name, 'plans')} table={file} />
      </CardHead>
      {error ? (
        <ErrorState
          error={error}
          onRetry={() => {
            plans.refetch()
            products.refetch()
          }}
        />
      ) : isLoading ? (
        <CardSkeleton rows={8} />
      ) : rows.length === 0 ? (
        <NothingHere title="No MRR" view={view}>Choose another currency or range.</NothingHere>
      ) : (
        <DataTable
          columns={columns}
          isStale={plans.isStale || products.isStale}
          label="Products and plans"
          rowKey={(row) => `${row.isProduct ? 'product' : 'plan'} ${row.key}`}
          rows={rows}
          serverSort={{ value: sort, onChange: setSort, columns: columns.filter(({ sortBy }) => sortBy).map(({ id }) => id) }}
        />
      )}
    </section>
  )
}

/** Products and the plans of each are sorted alike, so the columns say by what. */
function comparing(columns: readonly Column<TreeRow>[], sort: string) {
  const by = columns.find(({ id }) => id === sort.replace(/^-/, ''))?.sortBy
  const direction = sort.startsWith('-') ? -1 : 1
  return (a: GroupRow, b: GroupRow): number => {
    const [one, other] = [a, b].map((row) => by?.({ ...row, product: '', isProduct: false, plans: 0 }) ?? null)
    if (one === other || one === undefined || other === undefined) return 0
    if (one === null || other === null) return one === null ? 1 : -1
    const order = typeof one === 'string' && typeof other === 'string' ? one.localeCompare(other) : one < other ? -1 : 1
    return order * direction
  }
}

interface Arguments {
  view: View
  plans: Groups
  churn: ChurnRates
  closed: ReadonlySet<string>
  toggle: (key: string) => void
}

function columnsOf({ view, plans, churn, closed, toggle }: Arguments): Column<TreeRow>[] {
  const rateOf = (row: TreeRow) => (row.isProduct ? churn.products : churn.plans).get(row.key) ?? null
  return [
    {
      id: 'name',
      header: 'Product or plan',
      sortBy: (row) => row.label.toLowerCase(),
      value: (row) => row.label,
      total: () => 'Total, each customer once',
      cell: (row) => (
        <span className={`flex max-w-80 min-w-36 items-center gap-1 wrap-anywhere ${row.isProduct ? 'font-medium' : 'pl-6 sm:pl-9'}`}>
          {row.isProduct && <Disclosure isOpen={!closed.has(row.key)} row={row} toggle={toggle} />}
          <Name row={row} view={view} />
        </span>
      ),
    },
    // A phone has no room for how many customers there are.
    ...figureColumns<TreeRow>(plans).map((column) => (column.id === 'customers' ? { ...column, isWideOnly: true } : column)),
    {
      id: 'churn',
      header: 'Customer churn',
      isNumeric: true,
      isWideOnly: true,
      value: rateOf,
      cell: (row) => formatRatio(rateOf(row)),
      total: () => formatRatio(churn.total),
    },
  ]
}

function Disclosure({ row, isOpen, toggle }: { row: TreeRow; isOpen: boolean; toggle: (key: string) => void }) {
  if (row.plans === 0) return <span className="w-5" />
  return (
    <button
      aria-expanded={isOpen}
      aria-label={`${countOf(row.plans, 'plan')} of ${row.label}`}
      className="grid size-5 shrink-0 place-items-center rounded text-ink-soft hover:bg-hover"
      type="button"
      onClick={() => toggle(row.key)}
    >
      <RightIcon className={`size-3.5 transition-transform ${isOpen ? 'rotate-90' : ''}`} />
    </button>
  )
}

function Name({ row, view }: { row: TreeRow; view: View }) {
  if (row.key === UNKNOWN) return <bdi>No product</bdi>
  if (row.key === REST) return <bdi>{row.product === UNKNOWN ? 'Smaller plans of the products above' : row.label}</bdi>
  return (
    <PageLink
      className="link"
      params={{ connectionId: view.connection.id }}
      search={(before) => ({ ...keptSearch(before), [row.isProduct ? 'product' : 'plan']: [row.key], state: 'active' as const })}
      title="Show these customers"
      to="/c/$connectionId/customers"
    >
      <bdi>{row.label}</bdi>
    </PageLink>
  )
}
