import type { Facets, Movement } from '~/api/types'
import type { ExportTable } from '~/charts/export'
import type { Column } from '~/components/DataTable'
import { Money, MoneyDelta, MovementName } from '~/components/Figures'
import { CustomerLink } from '~/features/customers/CustomerLink'
import { formatDay } from '~/format/date'
import { moneyOf } from '~/format/money'
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

/** The columns of a list of movements. */
export function movementColumns(view: View): Column<Movement>[] {
  const into = view.currency === 'native' ? null : view.currency
  return [
    {
      id: 'customer',
      header: 'Customer',
      cell: (row) => (
        <span className="block max-w-[13rem] md:max-w-[14rem]">
          <CustomerLink
            connectionId={view.connection.id}
            customer={{ id: row.customer_id, name: row.name, email: row.email }}
          />
          <span className="mt-0.5 flex flex-wrap gap-x-2 text-xs text-ink-soft md:hidden">
            <MovementName type={row.type} />
            <Why facets={view.facets} row={row} />
            <span className="num">{formatDay(row.on)}</span>
          </span>
        </span>
      ),
    },
    { id: 'on', header: 'Day', isWideOnly: true, cell: (row) => <span className="num">{formatDay(row.on)}</span> },
    {
      id: 'type',
      header: 'Movement',
      isWideOnly: true,
      cell: (row) => (
        <>
          <MovementName type={row.type} />
          <Why className="block max-w-80 pl-4.5 text-xs text-ink-soft" facets={view.facets} row={row} />
        </>
      ),
    },
    {
      id: 'delta',
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
    },
    {
      id: 'after',
      header: 'MRR after',
      isNumeric: true,
      isWideOnly: true,
      cell: (row) => <Money currency={row.currency} minor={row.mrr_after_minor} />,
    },
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
