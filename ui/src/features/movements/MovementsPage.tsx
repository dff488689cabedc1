import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'

import type { Query } from '~/api/client'
import { allMovements, movementsQuery, mrrQuery } from '~/api/queries'
import type { MovementType } from '~/api/types'
import { Definition } from '~/charts/Definition'
import { fileName } from '~/charts/export'
import { Chips } from '~/components/Chips'
import { ColumnPicker } from '~/components/ColumnPicker'
import { DownloadAll } from '~/components/DownloadAll'
import { EndlessTable } from '~/components/EndlessTable'
import { CardSkeleton, ErrorState } from '~/components/Feedback'
import { MOVEMENT_COLOR, SUMMED_AT_MOST, Swatch } from '~/components/Figures'
import { PageHead } from '~/components/PageHead'
import { NothingHere } from '~/features/controls/NothingHere'
import { known } from '~/features/mrr/useMrrData'
import { movementsOf } from '~/features/mrr/useMrrStory'
import { FiguresPage } from '~/features/shell/FiguresPage'
import { useOpenCustomer } from '~/features/customers/useOpenCustomer'
import { formatRange } from '~/format/date'
import { formatMoney } from '~/format/money'
import { MOVEMENTS, MOVEMENT_LABEL } from '~/format/names'
import { countOf } from '~/format/number'
import { listText } from '~/format/worth'
import { shownCurrency } from '~/view/currency'
import { spanOf } from '~/view/figure'
import { isKnown } from '~/view/known'
import type { MovementColumn, MovementOrder, MovementsSearch } from '~/view/pageSearch'
import { MOVEMENT_ORDERS, MOVEMENT_SORTS } from '~/view/pageSearch'
import { movementsStory } from '~/view/story'
import { compact, oneOf } from '~/view/search'
import { useFallback } from '~/view/useFallback'
import { useTitle } from '~/view/useTitle'
import type { View } from '~/view/useView'
import { useView } from '~/view/useView'

import { columnChoices, leftOut, movementColumns, movementKey, movementsFile, shownColumns, sumOf } from './columns'

const route = getRouteApi('/app/c/$connectionId/movements')
/** Exchange rates move the total, not a customer: there is nothing to list. */
const TYPES = MOVEMENTS.filter((type) => type !== 'fx')

/** Whether all that is listed is in one currency. */
const canAddUp = ({ currency, facets }: Pick<View, 'currency' | 'facets'>) => currency !== 'native' || facets?.currencies.length === 1

/** The sentence about what is listed. With native currencies, only those of one could be added up. */
function useStory(view: View, types: readonly MovementType[] | undefined, count: number | undefined): string | null {
  const { start, end, interval } = spanOf(view.period, view.period.interval)
  const report = useQuery(mrrQuery(view.connection.id, { from: start, to: end, interval, ...view.scope })).data
  const currency = shownCurrency(view)
  return useMemo(() => {
    const all = movementsOf(known(report), currency)
    if (!canAddUp(view) || all === undefined || currency === undefined) return null
    const listed = types ? Object.fromEntries(MOVEMENTS.map((type) => [type, types.includes(type) ? all[type] : 0])) : all
    return movementsStory({ currency, count, movements: listed as typeof all })
  }, [view, report, currency, types, count])
}

/** What they come to, where that is no long list of currencies. */
function sumText(sums: Parameters<typeof sumOf>[0], into: string | null): string | undefined {
  const amounts = sumOf(sums, into)
  if (!amounts || amounts.length > SUMMED_AT_MOST) return undefined
  return amounts.map(({ amount_minor, currency }) => formatMoney(amount_minor, currency, { sign: true })).join(', ')
}

const useMovements = (view: View, query: Query) => useInfiniteQuery(movementsQuery(view.connection.id, query))

export function MovementsPage() {
  const view = useView()
  useTitle('Movements', view.connection.name)
  return (
    <FiguresPage appears="Movements appear" isOfMrr title="Movements" view={view}>
      <Movements view={view} />
    </FiguresPage>
  )
}

function Movements({ view }: { view: View }) {
  const { type: types, sort = '-date', columns } = route.useSearch()
  const navigate = route.useNavigate()
  const { start: from, end: to } = view.period
  const query = { from, to, ...view.scope, ...(types ? { type: types.join(',') } : {}), sort }
  const list = useMovements(view, query)
  useFallback(view, list.error)
  const story = useStory(view, types, list.isPlaceholderData ? undefined : list.data?.pages[0]?.total)
  const keep: Keep = (patch) => void navigate({ search: (before) => compact({ ...before, ...patch }), replace: true, resetScroll: false })
  const choose = (chosen: MovementType[]) => keep({ type: chosen.length === 0 ? undefined : chosen })
  return (
    <>
      <PageHead
        lead={formatRange(from, to)}
        {...(canAddUp(view) ? { story } : {})}
        title={
          <>
            Movements <Definition metric="net_new_mrr" />
          </>
        }
      />
      <Chips chosen={types} label="Movement types" options={TYPES} onChange={choose}>
        {(type) => (
          <>
            <Swatch color={MOVEMENT_COLOR[type]} />
            {MOVEMENT_LABEL[type]}
          </>
        )}
      </Chips>
      <List columns={columns} keep={keep} list={list} query={query} sort={sort} view={view} />
    </>
  )
}

type Keep = (patch: { [Name in keyof MovementsSearch]?: MovementsSearch[Name] | undefined }) => void

interface ListProps {
  view: View
  query: Query
  list: ReturnType<typeof useMovements>
  sort: MovementOrder
  columns: readonly MovementColumn[] | undefined
  /** Puts what is chosen into the address. */
  keep: Keep
}

function List({ view, query, list, sort, columns: chosen, keep }: ListProps) {
  const { connection } = view
  const into = view.currency === 'native' ? null : view.currency
  const openCustomer = useOpenCustomer(connection.id)
  const sums = list.data?.pages[0]?.sums
  const columns = useMemo(() => movementColumns(view, chosen, sums), [view, chosen, sums])
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.data) ?? [], [list.data])
  const total = list.data?.pages[0]?.total
  // While the first customers are still being imported, an empty list says nothing.
  const isUnknown = total === 0 && !isKnown(connection) && connection.state !== 'failed'
  return (
    <section aria-label="Movements" className="card py-2">
      <div className="no-print flex flex-wrap items-center gap-2 px-4 pb-2 sm:px-5">
        <p className="min-w-0 flex-1 basis-52 text-[0.8125rem] text-ink-soft" role="status">
          {total === undefined || isUnknown ? 'Loading…' : listText(countOf(total, 'movement'), sumText(sums, into), leftOut(sums, into), { sign: true })}
        </p>
        <DownloadAll
          exported={{ list: 'movements', connection_id: connection.id }}
          load={(onProgress) => allMovements(connection.id, query, onProgress)}
          name={fileName(connection.name, 'movements')}
          table={(all) => movementsFile(all, into)}
          total={total}
        />
        <ColumnPicker
          columns={columnChoices(view)}
          shown={shownColumns(chosen)}
          onChange={(next) => keep({ columns: next.length === 0 ? undefined : (next as MovementColumn[]) })}
        />
      </div>
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {(!list.data || isUnknown) && !list.error && <CardSkeleton rows={10} />}
      {total === 0 && !isUnknown && (
        <NothingHere title="No MRR changes in this period" view={view}>Choose other dates.</NothingHere>
      )}
      {rows.length > 0 && (
        <EndlessTable
          columns={columns}
          isStale={list.isPlaceholderData}
          label="Movements"
          list={list}
          rowKey={movementKey}
          rows={rows}
          serverSort={{
            value: sort,
            columns: MOVEMENT_ORDERS,
            onChange: (next) => keep({ sort: next === '-date' ? undefined : oneOf(MOVEMENT_SORTS, next) }),
          }}
          total={total ?? rows.length}
          onRowClick={(row) => openCustomer(row.customer_id)}
        />
      )}
    </section>
  )
}
