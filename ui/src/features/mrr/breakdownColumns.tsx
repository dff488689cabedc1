
import { PageLink } from '~/components/PageLink'
import type { Currency } from '~/api/types'
import { IS_SHARED } from '~/api/visit'
import type { Column } from '~/components/DataTable'
import { Money, MoneyDelta, RatioDelta } from '~/components/Figures'
import { PlotSwitch } from '~/components/PlotSwitch'
import { addDays } from '~/format/date'
import { countOf, formatCount, formatRatio } from '~/format/number'
import { FILTER_OF, REST } from '~/view/groupLabels'
import type { View } from '~/view/useView'
import { keptSearch } from '~/view/useView'

import type { By } from './BreakdownCard'
import type { OpenMarkFn } from './points'
import type { Standing } from './standing'

export interface GroupRow extends Standing {
  key: string
  label: string
}

const CUSTOMERS: Column<GroupRow> = {
  id: 'customers',
  header: 'Customers',
  isNumeric: true,
  isWideOnly: true,
  sortBy: (row) => row.customers,
  cell: (row) => formatCount(row.customers),
}

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
  const { focus, compared_with } = view.period
  const since = { start_on: addDays(compared_with?.level_on ?? focus.start, 1), end_on: focus.end }
  const total = rows.reduce((sum, row) => sum + row.mrr_minor, 0)
  const hasCounts = !view.connection.shared?.hides_counts
  return [
    {
      id: 'compare',
      header: 'Plot',
      width: '4.5rem',
      cell: (row) => (
        <PlotSwitch index={colors.get(row.key)} label={`Plot ${row.label}`} onChange={() => toggle(row.key)} />
      ),
    },
    {
      id: 'name',
      header: 'Name',
      sortBy: (row) => row.label.toLowerCase(),
      total: () => 'Total',
      cell: (row) => (
        <span className="block max-w-80 min-w-24 wrap-anywhere">
          {row.key === REST ? (
            <bdi>{row.label}</bdi>
          ) : (
            <PageLink
              className="link"
              params={{ connectionId: view.connection.id }}
              search={(before) => ({ ...keptSearch(before), [FILTER_OF[by]]: [row.key], state: 'active' as const })}
              title="Show these customers"
              to="/c/$connectionId/customers"
            >
              <bdi>{row.label}</bdi>
            </PageLink>
          )}
          {hasCounts && <span className="num block text-xs text-ink-soft md:hidden">{countOf(row.customers, 'customer')}</span>}
        </span>
      ),
    },
    {
      id: 'mrr',
      header: 'MRR',
      isNumeric: true,
      sortBy: (row) => row.mrr_minor,
      cell: (row) => <Money className="font-medium" currency={currency} minor={row.mrr_minor} />,
      total: () => <Money currency={currency} minor={total} />,
    },
    {
      id: 'change',
      header: 'Change',
      isNumeric: true,
      sortBy: (row) => row.change_minor,
      cell: (row) =>
        row.change_minor === null ? (
          <span className="text-ink-faint">–</span>
        ) : row.change_minor === 0 || row.key === REST || IS_SHARED ? (
          <MoneyDelta currency={currency} minor={row.change_minor} />
        ) : (
          <button className="opens" title="Show what changed" type="button" onClick={() => open(since, { of: row.key })}>
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
      cell: (row) => <RatioDelta ratio={row.change_ratio} />,
    },
    ...(hasCounts ? [CUSTOMERS] : []),
    {
      id: 'share',
      header: 'Share',
      isNumeric: true,
      isWideOnly: true,
      cell: (row) => <span className="text-ink-soft">{formatRatio(total === 0 ? null : row.mrr_minor / total)}</span>,
    },
  ]
}
