import { Fact } from '~/components/Fact'
import { DetailDrawer } from '~/components/Overlay'
import { formatMonth } from '~/format/date'
import { formatMoney } from '~/format/money'
import { formatCount, formatRatio } from '~/format/number'
import type { CohortWhat, DimensionName } from '~/view/pageSearch'
import type { View } from '~/view/useView'

import { CohortCustomers } from './CohortCustomers'
import type { CohortCell, CohortRow } from './cohorts'
import { endOf, ratioOf } from './cohorts'
import { lackingText } from './lacking'
import type { CohortData } from './useCohorts'
import { startName, stepName } from './words'

interface DrawerProps {
  view: View
  what: CohortWhat
  by: DimensionName | undefined
  data: CohortData
  /** The cell that was clicked, as it is in the address. */
  cell: string | undefined
  onClose: () => void
}

interface Found {
  row: CohortRow
  at: number
  cell: CohortCell
}

function find({ starts, all }: CohortData, address: string | undefined): Found | undefined {
  if (address === undefined) return undefined
  const colon = address.lastIndexOf(':')
  const [key, at] = [address.slice(0, colon), Number(address.slice(colon + 1))]
  const row = key === ALL_KEY ? all : starts.find((one) => one.key === key)
  const cell = row?.cells[at]
  return row && cell ? { row, at, cell } : undefined
}

const ALL_KEY = 'all'

/** A cell in the address. */
export const cellAddress = (row: CohortRow, at: number) => `${row.key || ALL_KEY}:${at}`

/** What a cell is made of, and the customers of its cohort. */
export function CellDrawer(props: DrawerProps) {
  const { data, onClose } = props
  const found = find(data, props.cell)
  return (
    <DetailDrawer
      isOpen={found !== undefined}
      subtitle={found && whenOf({ ...props, ...found })}
      title={found ? <Title {...props} {...found} /> : ''}
      width="max-w-3xl"
      onClose={onClose}
    >
      {found && <Content {...props} {...found} cell={found.cell} />}
    </DetailDrawer>
  )
}

type Opened = Omit<DrawerProps, 'cell'> & Found

function whenOf({ row, at, data, view }: Pick<Opened, 'row' | 'at' | 'data' | 'view'>): string {
  if (row.start_on === null) return `${at} ${data.interval}${at === 1 ? '' : 's'} after they started`
  const end = endOf(row.start_on, data.interval, at)
  return end >= view.today ? 'Now' : `At the end of ${formatMonth(end, { long: true })}`
}

function Title({ row, at, data }: Omit<Opened, 'cell'>) {
  const name = row.key === '' ? 'All cohorts' : startName(row, data.interval, data.labels)
  return (
    <>
      <bdi>{name}</bdi>, {stepName(data.interval, at).toLowerCase()}
    </>
  )
}

function factsOf({ what, row, cell, data }: Opened): [label: string, value: string][] {
  const { currency } = data
  const money = (minor: number) => formatMoney(minor, currency)
  const ratio = ratioOf(what, cell)
  const isAverage = cell.customers !== row.customers
  const started: [string, string][] = isAverage
    ? [['Customers who have been around that long', `${formatCount(cell.customers)} of ${formatCount(row.customers)}`]]
    : [['Customers who started', formatCount(row.customers)]]
  switch (what) {
    case 'customers':
      return [
        ...started,
        ['With MRR', formatCount(cell.value)],
        ['Without MRR', formatCount(cell.base - cell.value)],
        ['Customer retention', formatRatio(ratio)],
      ]
    case 'mrr':
      return [
        ...started,
        ['Starting MRR', money(cell.base)],
        ['MRR', money(cell.value)],
        ['Change', formatMoney(cell.value - cell.base, currency, { sign: true })],
        ['MRR retention', formatRatio(ratio)],
      ]
    case 'revenue':
      return [
        ...started,
        ['Net revenue so far', money(cell.value)],
        ['Revenue per customer', ratio === null ? '–' : money(ratio)],
      ]
  }
}

const READING: Record<CohortWhat, string> = {
  customers: 'A customer who left and came back counts again in this cohort.',
  mrr: 'Expansion and returning customers can lift a cohort above where it began.',
  revenue: 'Everything these customers paid since their first day, less refunds and credit notes.',
}

function Content(props: Opened) {
  const { what } = props
  return (
    <div className="flex flex-col gap-5">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 rounded-xl bg-sunken px-4 py-3 text-sm sm:grid-cols-3">
        {factsOf(props).map(([label, value]) => (
          <Fact key={label} label={label} value={value} />
        ))}
      </dl>
      <p className="text-sm text-ink-soft">
        {READING[what]} {props.cell.isIncomplete && `Not complete: ${lackingText(props.data.lacking)}.`} {props.cell.isRunning && 'The period is still running: the figure is as of now.'}
      </p>
      <CohortCustomers {...props} />
    </div>
  )
}
