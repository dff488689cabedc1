import type { Facets, Money as MoneyValue, Movement, MovementSum } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import type { Column } from '~/components/DataTable'
import { Money, MoneyDelta, MoneySum, MovementName } from '~/components/Figures'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { formatDay } from '~/format/date'
import { moneyOf } from '~/format/money'
import { convertedSum, unconvertedOf } from '~/format/worth'
import type { MovementColumn } from '~/view/pageSearch'
import { MOVEMENT_COLUMNS } from '~/view/pageSearch'
import { ownId } from '~/view/together'
import type { View } from '~/view/useView'

import { whyOf } from './why'

function Why({ row, facets, className }: { row: Movement; facets: Facets | undefined; className?: string }) {
  const why = whyOf(row, facets)
  return why && <span className={className}>{why}</span>
}

/** In the list of a switch between plans: how much of a movement it is, where that is not all. */
function Switched({ row, into }: { row: Movement; into: string | null }) {
  const { switched_minor: part, switched_converted_minor: converted } = row
  if (part === undefined || part === null || part === row.delta_minor) return null
  const [minor, currency] = into !== null && converted != null ? [converted, into] : [part, row.currency]
  return (
    <span className="text-xs text-ink-soft">
      switch: <Money currency={currency} minor={minor} sign />
    </span>
  )
}

/** What is shown before anything is chosen; on a phone, the customer has most of it below the name. */
const USUAL: readonly MovementColumn[] = ['date', 'type', 'change', 'mrr_after']
const ON_A_PHONE: ReadonlySet<MovementColumn> = new Set(['change'])

export const shownColumns = (chosen: readonly MovementColumn[] | undefined): readonly MovementColumn[] => chosen ?? USUAL

/** What all movements come to: in the currency of the view, or natively in each currency. */
export function sumOf(sums: readonly MovementSum[] | undefined, into: string | null): MoneyValue[] | undefined {
  if (sums && into !== null) return convertedSum(sums, into)
  const currencies = [...new Set(sums?.map(({ currency }) => currency))].toSorted()
  return sums && currencies.map((currency) => {
    const own = sums.filter((one) => one.currency === currency)
    return { currency, amount_minor: own.reduce((sum, { delta_minor }) => sum + delta_minor, 0) }
  })
}

/** What has no rate, where the others are added up. */
export const leftOut = (sums: readonly MovementSum[] | undefined, into: string | null): MoneyValue[] =>
  into === null ? [] : unconvertedOf(sums ?? [], ({ delta_minor }) => delta_minor)

function column(id: MovementColumn, view: View, sums: readonly MovementSum[] | undefined): Column<Movement> {
  const into = view.currency === 'native' ? null : view.currency
  switch (id) {
    case 'date':
      return { id, header: 'Day', cell: (row) => <span className="num">{formatDay(row.on)}</span> }
    case 'type':
      return {
        id,
        header: 'Movement',
        cell: (row) => (
          <>
            <MovementName type={row.type} />
            <Why className="block max-w-80 pl-4.5 text-xs text-ink-soft" facets={view.facets} row={row} />
          </>
        ),
      }
    case 'mrr_before':
      return {
        id,
        header: 'MRR before',
        isNumeric: true,
        cell: (row) => <Money currency={row.currency} minor={row.mrr_after_minor - row.delta_minor} />,
      }
    case 'change':
      return {
        id,
        header: 'Change',
        isNumeric: true,
        cell: (row) => (
          <span className="inline-flex flex-col items-end">
            <MoneyDelta currency={row.currency} minor={row.delta_minor} />
            <Switched into={into} row={row} />
            {into && into !== row.currency && row.converted_minor !== null && row.converted_minor !== undefined && (
              <span className="text-xs text-ink-soft">
                <Money currency={into} minor={row.converted_minor} sign />
              </span>
            )}
          </span>
        ),
        total: () => <MoneySum amounts={sumOf(sums, into)} />,
      }
    case 'mrr_after':
      return { id, header: 'MRR after', isNumeric: true, cell: (row) => <Money currency={row.currency} minor={row.mrr_after_minor} /> }
    case 'email':
      return { id, header: 'Email', canShrink: true, cell: ({ email }) => <span className="block max-w-64 truncate">{email ?? '–'}</span> }
    case 'customer_id':
      return { id, header: 'Customer ID', cell: ({ customer_id }) => <code className="font-mono text-xs">{ownId(customer_id)}</code> }
  }
}

/** The columns that can be chosen, by their names. */
export const columnChoices = (view: View) => MOVEMENT_COLUMNS.map((id) => ({ id, header: column(id, view, undefined).header }))

/** The columns of a list of movements. */
export function movementColumns(
  view: View,
  chosen?: readonly MovementColumn[],
  sums?: readonly MovementSum[],
): Column<Movement>[] {
  const others = shownColumns(chosen).map((id): Column<Movement> => {
    const isWideOnly = chosen === undefined && !ON_A_PHONE.has(id)
    return { ...column(id, view, sums), isWideOnly }
  })
  return [
    {
      id: 'customer',
      canShrink: true,
      header: 'Customer',
      cell: (row) => (
        <span className="block max-w-[13rem] md:max-w-[14rem]">
          <CustomerLink
            connectionId={view.connection.id}
            customer={{ id: row.customer_id, name: row.name, email: row.email }}
          />
          {chosen === undefined && (
            <span className="mt-0.5 flex flex-wrap gap-x-2 text-xs text-ink-soft md:hidden">
              <MovementName type={row.type} />
              <Why facets={view.facets} row={row} />
              <span className="num">{formatDay(row.on)}</span>
            </span>
          )}
        </span>
      ),
      total: () => 'Total',
    },
    ...others,
  ]
}

export const movementKey = ({ customer_id, on, currency, type }: Movement) => `${customer_id} ${on} ${currency} ${type}`

/** Every movement as a file. */
export function movementsFile(rows: readonly Movement[], into: string | null): ExportTable {
  return {
    columns: ['on', 'customer_id', 'name', 'email', 'type', 'is_involuntary', 'causes', 'churn_reason', 'feedback', 'currency', 'change', 'mrr_after', ...(into ? [`change_${into}`] : [])],
    rows: rows.map((row) => [
      row.on,
      row.customer_id,
      row.name,
      row.email,
      row.type,
      row.is_involuntary ?? null,
      row.causes?.map(({ cause }) => cause).join(' ') || null,
      row.churn_reason ?? null,
      row.feedback ?? null,
      row.currency,
      moneyOf(row.delta_minor, row.currency),
      moneyOf(row.mrr_after_minor, row.currency),
      ...(into ? [row.converted_minor == null ? null : moneyOf(row.converted_minor, into)] : []),
    ]),
  }
}
