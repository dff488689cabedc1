import { Link } from '@tanstack/react-router'
import { Switch } from 'react-aria-components'

import type { Currency } from '~/api/types'
import { seriesVar } from '~/charts/palette'
import type { Column } from '~/components/DataTable'
import { Money, MoneyDelta, RatioDelta } from '~/components/Figures'
import { countOf, formatCount, formatRatio } from '~/format/number'
import type { FilterName } from '~/view/search'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import type { By } from './BreakdownCard'
import type { OpenMarkFn } from './pointColumns'
import { isComparable } from './standing'
import type { Standing } from './standing'

export interface GroupRow extends Standing {
  key: string
  label: string
}

export const FILTER_OF: Record<By, FilterName> = { plan: 'plan', product: 'product', interval: 'billing_interval', country: 'country' }

/** The key of the row in which the server sums up everything small: no filter can name it. */
export const REST = 'other'

interface Arguments {
  by: By
  currency: Currency
  rows: readonly GroupRow[]
  /** The color's place of each plotted row. */
  colors: ReadonlyMap<string, number>
  toggle: (key: string) => void
  open: OpenMarkFn
  view: View
}

export function breakdownColumns({ by, currency, rows, colors, toggle, open, view }: Arguments): Column<GroupRow>[] {
  const hasBefore = isComparable(view)
  const total = rows.reduce((sum, row) => sum + row.now.mrr_minor, 0)
  return [
    {
      id: 'compare',
      header: 'Plot',
      width: '4.5rem',
      cell: (row) => (
        <CompareSwitch index={colors.get(row.key)} label={`Plot ${row.label}`} onChange={() => toggle(row.key)} />
      ),
    },
    {
      id: 'name',
      header: 'Name',
      sortBy: (row) => row.label.toLowerCase(),
      cell: (row) => (
        <span className="block max-w-80 min-w-24 wrap-anywhere">
          {row.key === REST ? (
            <bdi>{row.label}</bdi>
          ) : (
            <Link
              className="link"
              params={{ connectionId: view.connection.id }}
              search={(before) => ({ ...keptSearch(before), [FILTER_OF[by]]: [row.key], state: 'active' as const })}
              title="Show these customers"
              to="/c/$connectionId/customers"
            >
              <bdi>{row.label}</bdi>
            </Link>
          )}
          <span className="num block text-xs text-ink-soft md:hidden">{countOf(row.now.customers, 'customer')}</span>
        </span>
      ),
    },
    {
      id: 'mrr',
      header: 'MRR',
      isNumeric: true,
      sortBy: (row) => row.now.mrr_minor,
      cell: (row) => <Money className="font-medium" currency={currency} minor={row.now.mrr_minor} />,
    },
    {
      id: 'change',
      header: 'Change',
      isNumeric: true,
      sortBy: (row) => row.change_minor,
      cell: (row) =>
        !hasBefore ? (
          <span className="text-ink-faint">–</span>
        ) : row.change_minor === 0 || row.key === REST ? (
          <MoneyDelta currency={currency} minor={row.change_minor} />
        ) : (
          <button className="opens" title="Show what changed" type="button" onClick={() => open(row.now, { of: row.key })}>
            <MoneyDelta currency={currency} minor={row.change_minor} />
          </button>
        ),
    },
    {
      id: 'ratio',
      header: 'Change %',
      isNumeric: true,
      isWideOnly: true,
      sortBy: (row) => row.change_ratio,
      cell: (row) => <RatioDelta ratio={hasBefore ? row.change_ratio : null} />,
    },
    {
      id: 'customers',
      header: 'Customers',
      isNumeric: true,
      isWideOnly: true,
      sortBy: (row) => row.now.customers,
      cell: (row) => formatCount(row.now.customers),
    },
    {
      id: 'share',
      header: 'Share',
      isNumeric: true,
      isWideOnly: true,
      cell: (row) => <span className="text-ink-soft">{formatRatio(total === 0 ? null : row.now.mrr_minor / total)}</span>,
    },
  ]
}

function CompareSwitch({ label, index, onChange }: { label: string; index: number | undefined; onChange: () => void }) {
  const isOn = index !== undefined
  return (
    <Switch
      aria-label={label}
      className="group inline-flex cursor-pointer items-center align-middle"
      isSelected={isOn}
      onChange={onChange}
    >
      <span
        className="h-5 w-9 rounded-full bg-line-strong p-0.5 transition-colors group-data-focus-visible:outline-2 group-data-focus-visible:outline-offset-2 group-data-focus-visible:outline-accent"
        style={isOn ? { background: seriesVar(index) } : undefined}
      >
        <span className="block size-4 rounded-full bg-surface transition-transform group-data-selected:translate-x-4" />
      </span>
    </Switch>
  )
}
