import type { Currency } from '~/api/types'
import type { Column } from '~/components/DataTable'
import { Money, MoneyDelta, RatioDelta } from '~/components/Figures'
import { moneyOf } from '~/format/money'
import { formatCount, formatRatio } from '~/format/number'

import type { GroupRow, Groups } from './useGroups'
import { arpaOf } from './useGroups'

/** How much of all MRR a part is, as a bar and in words. */
export function Share({ share }: { share: number | null }) {
  return (
    <span className="inline-flex w-full items-center justify-end gap-2">
      <span aria-hidden="true" className="hidden h-2 w-24 overflow-hidden rounded-full bg-sunken lg:block">
        <span className="block h-full rounded-full bg-accent" style={{ width: `${Math.max(0, Math.min(1, share ?? 0)) * 100}%` }} />
      </span>
      <span className="num w-12 text-right">{formatRatio(share)}</span>
    </span>
  )
}

const Dash = () => <span className="text-ink-faint">–</span>

const minor = (amount: number | null, currency: Currency) => (amount === null ? null : moneyOf(amount, currency))

/** What every list of parts says of them, after their name. */
export function figureColumns<Row extends GroupRow>({ currency = 'usd', total, hasCounts }: Pick<Groups, 'currency' | 'total' | 'hasCounts'>): Column<Row>[] {
  return [
    ...amountColumns<Row>(currency, total),
    ...(hasCounts ? countColumns<Row>(currency, total) : []),
  ]
}

function amountColumns<Row extends GroupRow>(currency: Currency, total: Groups['total']): Column<Row>[] {
  return [
    {
      id: 'mrr',
      header: 'MRR',
      isNumeric: true,
      sortBy: (row) => row.mrr_minor,
      value: (row) => minor(row.mrr_minor, currency),
      cell: (row) => <Money className="font-medium" currency={currency} minor={row.mrr_minor} />,
      total: () => total && <Money currency={currency} minor={total.mrr_minor} />,
    },
    {
      id: 'share',
      header: 'Share',
      isNumeric: true,
      isWideOnly: true,
      sortBy: (row) => row.share,
      value: (row) => row.share,
      cell: (row) => <Share share={row.share} />,
    },
    {
      id: 'change',
      header: 'Change',
      isNumeric: true,
      sortBy: (row) => row.change_minor,
      value: (row) => minor(row.change_minor, currency),
      cell: (row) => (row.change_minor === null ? <Dash /> : <MoneyDelta currency={currency} minor={row.change_minor} />),
      total: () => total?.change_minor != null && <MoneyDelta currency={currency} minor={total.change_minor} />,
    },
    {
      id: 'change_ratio',
      header: 'Change %',
      isNumeric: true,
      isWideOnly: true,
      sortBy: (row) => row.change_ratio,
      value: (row) => row.change_ratio,
      cell: (row) => <RatioDelta ratio={row.change_ratio} />,
      total: () => total && <RatioDelta ratio={total.change_ratio} />,
    },
  ]
}

function countColumns<Row extends GroupRow>(currency: Currency, total: Groups['total']): Column<Row>[] {
  return [
    {
      id: 'customers',
      header: 'Customers',
      isNumeric: true,
      sortBy: (row) => row.customers,
      value: (row) => row.customers,
      cell: (row) => formatCount(row.customers),
      total: () => total && formatCount(total.customers),
    },
    {
      id: 'arpa',
      header: 'ARPA',
      isNumeric: true,
      isWideOnly: true,
      sortBy: (row) => row.arpa_minor,
      value: (row) => minor(row.arpa_minor, currency),
      cell: (row) => (row.arpa_minor === null ? <Dash /> : <Money currency={currency} minor={row.arpa_minor} />),
      total: () => {
        const arpa = total ? arpaOf(total) : null
        return arpa === null ? null : <Money currency={currency} minor={arpa} />
      },
    },
  ]
}
