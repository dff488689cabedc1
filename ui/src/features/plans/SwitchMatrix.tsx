import type { Currency } from '~/api/types'
import { formatMoney } from '~/format/money'
import { countOf, formatCount } from '~/format/number'

import type { Matrix, SwitchRow } from './switches'
import { cellKey } from './switches'

/** Stronger, and the text in front could not be read. */
const STRONGEST = 40

/** Green where MRR grew, orange where it shrank, stronger the more customers there were. */
function background({ customers, change_minor }: SwitchRow, most: number): string {
  const token = change_minor > 0 ? '--up' : change_minor < 0 ? '--contraction' : '--accent'
  const percent = 6 + (customers / most) * (STRONGEST - 6)
  return `color-mix(in srgb, var(${token}) ${percent.toFixed(1)}%, var(--surface))`
}

interface MatrixProps {
  matrix: Matrix
  currency: Currency
  label: string
  onOpen: (row: SwitchRow) => void
}

/** Rows are the plans that were left, columns those that took their place. */
export function SwitchMatrix({ matrix, currency, label, onOpen }: MatrixProps) {
  const { from, to, cells } = matrix
  const most = Math.max(1, ...[...cells.values()].map(({ customers }) => customers))
  return (
    // The keyboard can scroll what it can focus.
    <div aria-label={label} className="relative overflow-x-auto px-4 pb-3 sm:px-5" role="group" tabIndex={0}>
      <table aria-label={label} className="num border-separate border-spacing-0.5 text-xs">
        <thead className="text-ink-soft">
          <tr>
            <th className="min-w-32 py-1 pr-2 text-left align-bottom font-medium" scope="col">
              From ↓ to →
            </th>
            {to.map(({ id, name }) => (
              <th key={id} className="w-28 min-w-20 px-1 py-1 text-center align-bottom font-medium wrap-anywhere" scope="col">
                <bdi>{name}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {from.map((left) => (
            <tr key={left.id}>
              <th className="max-w-56 py-1 pr-2 text-left font-normal wrap-anywhere" scope="row">
                <bdi>{left.name}</bdi>
              </th>
              {to.map(({ id }) => (
                <Cell key={id} currency={currency} isSame={id === left.id} most={most} row={cells.get(cellKey(left.id, id))} onOpen={onOpen} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface CellProps {
  row: SwitchRow | undefined
  currency: Currency
  most: number
  isSame: boolean
  onOpen: (row: SwitchRow) => void
}

function Cell({ row, currency, most, isSame, onOpen }: CellProps) {
  if (row === undefined) return <td className={`h-11 rounded-[5px] text-center text-ink-faint ${isSame ? '' : 'bg-sunken'}`}>{isSame ? '·' : ''}</td>
  const change = formatMoney(row.change_minor, currency, { sign: true })
  const name = `${row.from} → ${row.to}: ${countOf(row.customers, 'customer')}, ${change} MRR`
  return (
    <td aria-label={name} className="h-11 rounded-[5px] p-0 text-center" style={{ background: background(row, most) }}>
      <button
        className="size-full cursor-pointer rounded-[5px] px-1 hover:bg-hover"
        title={`${name}. Click to see the movements.`}
        type="button"
        onClick={() => onOpen(row)}
      >
        <span className="sr-only">
          {row.from} → {row.to}:{' '}
        </span>
        <span className="block text-sm font-semibold">{formatCount(row.customers)}</span>
        <span className="block text-[0.6875rem]">{change}</span>
      </button>
    </td>
  )
}
